import { useMemo } from 'preact/hooks';
import type { Moment } from '../../../lab/moment.ts';
import { ROLES } from '../../../lab/run.ts';
import type { Judgement } from '../../../lab/truth.ts';
import { Prose } from '../../view/prose.tsx';
import type { LabState } from '../address.ts';
import { download } from '../download.ts';
import { useWorkbenchWords } from '../words.ts';
import { connectionsIn, type EndState, movingAt, passageOf, statesOf } from './ends.ts';
import { momentText } from './moment-text.ts';
import type { Played } from './play.ts';
import { SequencePicture } from './sequence-picture.tsx';
import { StateDiagram } from './state-diagram.tsx';
import { Stepper } from './stepper.tsx';
import { commandFor, fileOf } from './take-away.ts';
import { Comparison, Events } from './told.tsx';
import { Variables } from './variables.tsx';

interface RunViewProps {
  readonly played: Played;
  readonly judgement: Judgement;
  readonly lab: LabState;
  readonly go: (moment: number) => void;
  readonly change: (changed: Partial<LabState>) => void;
  readonly open: (file: File) => void;
}

/** A run, one moment of it in full. */
export const RunView = ({ played, judgement, lab, go, change, open }: RunViewProps) => {
  const words = useWorkbenchWords();
  const { moments, isCut } = played;
  const last = moments.length - 1;
  const at = Math.min(lab.moment ?? last, last);
  const connections = useMemo(() => connectionsIn(moments), [moments]);
  const chosen = connections.find((name) => name === lab.connection);
  const moving = chosen ?? movingAt(moments, at);
  const moment = moments[at];
  if (moment === undefined) return null;
  return (
    <>
      <section class="run" aria-labelledby="steps-title">
        <h2 id="steps-title">{words.lab.steps}</h2>
        <Stepper moments={moments} at={at} go={go} />
        {isCut && <p class="problem">{words.lab.cut}</p>}
        {connections.length > 1 && (
          <ConnectionChoice
            connections={connections}
            chosen={chosen}
            choose={(connection) => change({ connection })}
          />
        )}
        <div class="bench">
          <SequencePicture
            moments={moments}
            only={chosen}
            focus={chosen ?? mainIn(moments)}
            at={at}
            go={go}
          />
          <div class="beside">
            <MomentBox moment={moment} />
            {moving !== undefined && (
              <>
                <Diagrams moments={moments} at={at} connection={moving} />
                <Variables moments={moments} at={at} connection={moving} />
              </>
            )}
          </div>
        </div>
      </section>
      <section aria-labelledby="truth-title">
        <h2 id="truth-title">{words.lab.truth}</h2>
        <AtChoice lab={lab} change={change} />
        <Comparison judgement={judgement} />
        <Events moments={moments} go={go} />
        <TakeAway played={played} lab={lab} open={open} />
      </section>
    </>
  );
};

/** What happens at this moment; where the engine decided something, by which rule. */
const MomentBox = ({ moment: { happening } }: { moment: Moment }) => {
  const words = useWorkbenchWords();
  const rule = happening.kind === 'told' ? happening.told.event.rule : undefined;
  return (
    <div class="moment" role="status">
      <p>{momentText(happening, words)}</p>
      {rule !== undefined && (
        <p class="note">
          {rule.source}: {rule.says}
        </p>
      )}
    </div>
  );
};

/** The one that the first reset is about; else the first. */
const mainIn = (moments: readonly Moment[]): string | undefined => {
  const reset = moments.findIndex((one) => ((passageOf(one)?.segment?.flags ?? 0) & RST) !== 0);
  return movingAt(moments, reset < 0 ? 0 : reset);
};

const RST = 4;

interface ConnectionChoiceProps {
  readonly connections: readonly string[];
  readonly chosen: string | undefined;
  readonly choose: (connection: string | undefined) => void;
}

const ConnectionChoice = ({ connections, chosen, choose }: ConnectionChoiceProps) => {
  const { lab } = useWorkbenchWords();
  return (
    <label class="connections">
      <span>{lab.connection}</span>{' '}
      <select
        value={chosen ?? ''}
        onChange={({ currentTarget: { value } }) => choose(value === '' ? undefined : value)}
      >
        <option value="">{lab.everyConnection}</option>
        {connections.map((name) => (
          <option key={name} value={name}>
            {name.replace('-', ' → ')}
          </option>
        ))}
      </select>
    </label>
  );
};

interface DiagramsProps {
  readonly moments: readonly Moment[];
  readonly at: number;
  readonly connection: string;
}

const Diagrams = ({ moments, at, connection }: DiagramsProps) => {
  const states = useMemo(
    () => ROLES.map((role) => statesOf(moments, role, connection)),
    [moments, connection],
  );
  return (
    <div class="diagrams">
      {ROLES.map((role, index) => {
        const own = states[index] ?? [];
        const state = own[at] ?? 'CLOSED';
        return (
          <StateDiagram
            key={role}
            role={role}
            state={state}
            before={own[at - 1] ?? state}
            isOver={own.slice(0, at).some(isOpen)}
          />
        );
      })}
    </div>
  );
};

/** It has begun: a CLOSED after it is an end. */
const isOpen = (state: EndState): boolean =>
  state !== 'CLOSED' && state !== 'LISTEN' && state !== 'off';

const AtChoice = ({ lab, change }: Pick<RunViewProps, 'lab' | 'change'>) => {
  const { lab: words } = useWorkbenchWords();
  return (
    <div class="bar">
      <span class="choice" role="group" aria-label={words.at}>
        <span class="label">{words.at}</span>
        {ROLES.map((role) => (
          <button
            key={role}
            type="button"
            aria-pressed={lab.at === role}
            onClick={() => change({ at: role })}
          >
            {words.role[role]}
          </button>
        ))}
      </span>
    </div>
  );
};

/** What can be kept of a run: its capture, a report on it, the command that plays it. */
const TakeAway = ({ played, lab, open }: Pick<RunViewProps, 'played' | 'lab' | 'open'>) => {
  const { lab: words } = useWorkbenchWords();
  const file = () => fileOf(played, lab.at);
  const command = commandFor(lab);
  return (
    <div class="take-away">
      <p class="line">
        <button type="button" onClick={() => download(file(), file().name)}>
          {words.download(lab.at)}
        </button>
        <button type="button" onClick={() => open(file())}>
          {words.open}
        </button>
      </p>
      {command !== undefined && (
        <p>
          <span class="note">{words.command}</span> <Prose text={`\`${command}\``} copyable />
        </p>
      )}
    </div>
  );
};
