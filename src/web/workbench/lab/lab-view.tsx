import { useCallback, useMemo } from 'preact/hooks';
import type { LabState } from '../address.ts';
import { useWorkbenchWords } from '../words.ts';
import { Choice, Knobs } from './knobs.tsx';
import { chosenIn, judgedAt, play, type Chosen, type Played } from './play.ts';
import { RunView } from './run-view.tsx';

export interface LabViewProps {
  readonly lab: LabState;
  /** `stay`: no new entry in the browser's history. */
  readonly turn: (lab: LabState, stay: boolean) => void;
  /** Shows a capture as if it had been dropped. */
  readonly open: (file: File) => void;
}

/** One scenario: its knobs, its run step by step, and what is said of it. */
export const LabView = ({ lab, turn, open }: LabViewProps) => {
  const { lab: words } = useWorkbenchWords();
  const chosen = useMemo(() => chosenIn(lab), [lab.scenario, lab.variant]);
  if (chosen === undefined)
    return (
      <p class="problem">
        {words.unknown} <a href="#lab">#lab</a>
      </p>
    );
  return <Laboratory lab={lab} turn={turn} open={open} chosen={chosen} />;
};

const Laboratory = ({ lab, turn, open, chosen }: LabViewProps & { chosen: Chosen }) => {
  const { lab: words, language } = useWorkbenchWords();
  const { scenario, variant } = chosen;
  const ways = waysOf(lab);
  const played = useMemo(() => play(chosen, lab), [chosen, ways]);
  const change = (changed: Partial<LabState>) => turn({ ...lab, moment: 0, ...changed }, false);
  return (
    <>
      <h1>{scenario.title[language]}</h1>
      <p class="meta">
        <code class="id">{scenario.id}</code> {words.claims} {variant.claims.join(', ')}
      </p>
      <div class="line variant">
        <Choice
          label={words.variant}
          value={variant.name}
          values={scenario.variants.map(({ name }) => name)}
          choose={(name) =>
            turn({ ...lab, variant: name, moment: 0, connection: undefined, options: [] }, false)
          }
        />
        <p class="what">{words.sentence(variant.what[language])}</p>
      </div>
      <Knobs key={scenario.id} variant={variant} lab={lab} turn={change} />
      {typeof played === 'string' ? (
        <p class="problem" role="alert">
          {words.wrong(played)}
        </p>
      ) : (
        <Shown played={played} lab={lab} turn={turn} open={open} />
      )}
    </>
  );
};

/** All of a state that makes a run what it is. */
const waysOf = ({ moment: _moment, connection: _connection, at: _at, ...ways }: LabState): string =>
  JSON.stringify(ways);

const Shown = ({ played, lab, turn, open }: LabViewProps & { played: Played }) => {
  const judgement = useMemo(() => judgedAt(played, lab.at), [played, lab.at]);
  const go = useCallback((moment: number) => turn({ ...lab, moment }, true), [lab, turn]);
  return (
    <RunView
      played={played}
      judgement={judgement}
      lab={lab}
      go={go}
      change={(changed) => turn({ ...lab, ...changed }, true)}
      open={open}
    />
  );
};
