import { useState } from 'preact/hooks';
import type { Scenario } from '../../../causes/scenario.ts';
import { SCENARIOS } from '../../../causes/scenarios.ts';
import { addressText, labAt } from '../address.ts';
import { useWorkbenchWords } from '../words.ts';

/** What the engine can play; some scenarios want a real kernel (Multipath TCP). */
const PLAYABLE = SCENARIOS.filter(({ variants }) =>
  variants.every(({ beyondEngine }) => beyondEngine !== true),
);

/** Every scenario with its variants, to be found by any word. */
export const ScenariosView = () => {
  const { scenarios } = useWorkbenchWords();
  const [text, setText] = useState('');
  const found = PLAYABLE.filter((scenario) => holds(scenario, text));
  return (
    <>
      <h1>{scenarios.title}</h1>
      <p class="lead">{scenarios.lead}</p>
      <label class="find">
        <span>{scenarios.find}</span>{' '}
        <input
          type="search"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      {found.length === 0 && <p class="note">{scenarios.none}</p>}
      <ul class="scenarios">
        {found.map((scenario) => (
          <ScenarioItem key={scenario.id} scenario={scenario} />
        ))}
      </ul>
    </>
  );
};

const ScenarioItem = ({ scenario }: { scenario: Scenario }) => {
  const { language } = useWorkbenchWords();
  const { id, title, variants } = scenario;
  return (
    <li>
      <h2>
        <a href={addressText({ view: 'lab', lab: labAt(id, variants[0].name) })}>
          {title[language]}
        </a>{' '}
        <code class="id">{id}</code>
      </h2>
      <ul>
        {variants.map(({ name, what }) => (
          <li key={name}>
            <a href={addressText({ view: 'lab', lab: labAt(id, name) })}>{name}</a> {what[language]}
          </li>
        ))}
      </ul>
    </li>
  );
};

const holds = ({ id, title, variants }: Scenario, text: string): boolean => {
  const words = text.toLowerCase().split(/\s+/);
  const all = [
    id,
    title.en,
    title.zh,
    ...variants.flatMap(({ name, what }) => [name, what.en, what.zh]),
  ]
    .join(' ')
    .toLowerCase();
  return words.every((word) => all.includes(word));
};
