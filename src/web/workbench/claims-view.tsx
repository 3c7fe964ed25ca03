import { SCENARIOS } from '../../causes/scenarios.ts';
import { shownClaims, type ShownClaim } from '../../lab/claims.ts';
import { addressText, labAt } from './address.ts';
import { useWorkbenchWords } from './words.ts';

const CHAPTERS = ['A', 'B', 'D', 'E'] as const;

/** Every claim in its order, with the way to each run that shows it. */
export const ClaimsView = () => {
  const { claims, language } = useWorkbenchWords();
  const all = shownClaims(SCENARIOS, language);
  return (
    <>
      <h1>{claims.title}</h1>
      <p class="lead">{claims.lead}</p>
      {CHAPTERS.map((chapter) => (
        <section key={chapter} aria-labelledby={`chapter-${chapter}`}>
          <h2 id={`chapter-${chapter}`}>{claims.chapters[chapter]}</h2>
          <ol class="claims">
            {all
              .filter(({ id }) => id.startsWith(chapter))
              .map((claim) => (
                <Claim key={claim.id} claim={claim} />
              ))}
          </ol>
        </section>
      ))}
    </>
  );
};

const Claim = ({ claim: { id, says, shownBy, command } }: { claim: ShownClaim }) => (
  <li id={`claim-${id}`}>
    <span class="number">{id}</span>
    <div>
      <p>{says}</p>
      <p class="shown-by">
        {command !== undefined && <code>{command}</code>}
        {shownBy.map(({ scenario, variant }) => (
          <a
            key={`${scenario} ${variant}`}
            href={addressText({ view: 'lab', lab: labAt(scenario, variant) })}
          >
            {scenario}, {variant}
          </a>
        ))}
      </p>
    </div>
  </li>
);
