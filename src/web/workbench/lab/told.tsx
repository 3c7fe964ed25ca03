import { CATALOGUE } from '../../../causes/catalogue.ts';
import type { CauseId } from '../../../causes/ids.ts';
import type { Language } from '../../../causes/text.ts';
import type { Moment } from '../../../lab/moment.ts';
import type { Told } from '../../../lab/run.ts';
import { others, type Finding, type Judgement } from '../../../lab/truth.ts';
import { labWordsIn } from '../../../lab/words.ts';
import { wordsIn } from '../../../report/words.ts';
import { Sureness } from '../../view/sureness.tsx';
import { useWorkbenchWords } from '../words.ts';
import { toldText, whoText } from './moment-text.ts';

interface ComparisonProps {
  readonly judgement: Judgement;
}

/** Of each reset: its cause by whoever sent it, and by the detective, who has seen only the packets. */
export const Comparison = ({ judgement }: ComparisonProps) => {
  const { language } = useWorkbenchWords();
  const words = labWordsIn(language);
  const { findings } = judgement;
  if (findings.length === 0) return <p>{words.nothing}</p>;
  return (
    <table class="comparison">
      <thead>
        <tr>
          {[words.reset, words.engine, words.detective].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {findings.map((finding) => (
          <tr key={finding.frame}>
            <td>{words.frame(finding.frame)}</td>
            <td>{finding.cause === undefined ? words.noReset : <Cause id={finding.cause} />}</td>
            <td>
              <Verdict finding={finding} language={language} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const Verdict = ({ finding, language }: { finding: Finding; language: Language }) => {
  const words = labWordsIn(language);
  const { verdict, first, sameWire, named } = finding;
  const outcome = first
    ? words.agree
    : sameWire
      ? words.sameWire
      : named
        ? words.holds
        : words.misses;
  if (verdict === undefined) return <>{words.silent}</>;
  const rest = others(verdict);
  return (
    <>
      <Cause id={verdict.cause} />
      <Sureness
        confidence={verdict.confidence}
        text={wordsIn(language).confidence[verdict.confidence]}
      />
      <span class="outcome">{outcome}</span>
      {rest.length > 0 && <p class="note">{words.couldBe(rest.join(', '))}</p>}
    </>
  );
};

const Cause = ({ id }: { id: CauseId }) => {
  const { language } = useWorkbenchWords();
  return (
    <>
      {CATALOGUE[id].facts.title[language]} <code>{id}</code>
    </>
  );
};

interface EventsProps {
  readonly moments: readonly Moment[];
  readonly go: (moment: number) => void;
}

/** What the engine did about resets, and by which rule. */
export const Events = ({ moments, go }: EventsProps) => {
  const words = useWorkbenchWords();
  const lab = labWordsIn(words.language);
  const events = moments.flatMap(({ happening, atMs }, index) =>
    happening.kind === 'told' ? [{ told: happening.told, atMs, index }] : [],
  );
  if (events.length === 0) return null;
  return (
    <>
      <h3>{lab.events}</h3>
      <ol class="events">
        {events.map(({ told, atMs, index }) => (
          <li key={index}>
            <button type="button" class="plain" onClick={() => go(index)}>
              {(atMs / 1000).toFixed(3)} s
            </button>{' '}
            <b>{whoText(told.who, words)}</b> {toldText(told, words.language)}
            {linuxText(told)}
            <p class="note">
              {told.event.rule.source}: {told.event.rule.says}
              {told.event.rule.claim === undefined ? '' : ` (${told.event.rule.claim})`}
            </p>
          </li>
        ))}
      </ol>
    </>
  );
};

/** What Linux prints for it. */
const linuxText = ({ event }: Told) =>
  event.kind === 'sent' ? <code>{event.linuxReason}</code> : null;
