import { useState } from 'preact/hooks';
import type { Variant } from '../../../causes/scenario.ts';
import { LOSABLES, type Losable, SOCKET_OPTIONS, socketsIn } from '../../../lab/adjust.ts';
import { labAt, type LabState, valueIn, valueText } from '../address.ts';
import { useWorkbenchWords } from '../words.ts';
import { SysctlKnobs } from './sysctl-knobs.tsx';

export interface KnobsProps {
  readonly variant: Variant;
  readonly lab: LabState;
  readonly turn: (change: Partial<LabState>) => void;
}

/** All that can be changed in a run. */
export const Knobs = ({ variant, lab, turn }: KnobsProps) => {
  const { lab: words } = useWorkbenchWords();
  const count = changesIn(lab);
  const [isOpen, setOpen] = useState(count > 0);
  return (
    <details
      class="knobs"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        <h2>{words.knobs}</h2>
        {count > 0 && <span class="count">{words.changed(count)}</span>}
      </summary>
      <div class="sheet">
        <PathKnobs variant={variant} lab={lab} turn={turn} />
        <SysctlKnobs variant={variant} lab={lab} turn={turn} />
        <OptionKnobs variant={variant} lab={lab} turn={turn} />
        <LossKnobs lab={lab} turn={turn} />
        {count > 0 && (
          <button type="button" onClick={() => turn(unchanged(lab))}>
            {words.asWritten}
          </button>
        )}
      </div>
    </details>
  );
};

const changesIn = (lab: LabState): number =>
  lab.sysctls.length +
  lab.options.length +
  lab.losses.length +
  [lab.seed !== 1, lab.family, lab.timestamps, lab.delayMs, lab.loss > 0].filter(
    (change) => change !== undefined && change !== false,
  ).length;

const unchanged = ({ scenario, variant, at }: LabState): LabState => ({
  ...labAt(scenario, variant),
  at,
});

/** Seed, delay, loss, and what the two ends agree on. */
const PathKnobs = ({ variant, lab, turn }: KnobsProps) => {
  const { lab: words } = useWorkbenchWords();
  const number = (
    label: string,
    value: number,
    [least, most]: readonly [number, number],
    change: (value: number) => void,
  ) => (
    <label>
      <span>{label}</span>
      <input
        type="number"
        min={least}
        max={most}
        step="any"
        value={value}
        onChange={({ currentTarget: { value: text } }) => {
          const asked = Number(text);
          if (text !== '' && asked >= least && asked <= most) change(asked);
        }}
      />
    </label>
  );
  const family = variant.family ?? lab.family ?? 4;
  const timestamps = variant.timestamps ?? lab.timestamps ?? true;
  return (
    <div class="line">
      {number(words.delay, lab.delayMs ?? variant.delayMs ?? 5, [0, 10_000], (delayMs) =>
        turn({ delayMs }),
      )}
      {number(words.loss, lab.loss, [0, 100], (loss) => turn({ loss }))}
      {number(words.seed, lab.seed, [0, 2 ** 31 - 1], (seed) => turn({ seed: Math.floor(seed) }))}
      <label class="check">
        <input
          type="checkbox"
          checked={family === 6}
          disabled={variant.family !== undefined}
          onChange={({ currentTarget: { checked } }) => turn({ family: checked ? 6 : undefined })}
        />
        <span>{words.ipv6}</span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={timestamps}
          disabled={variant.timestamps !== undefined}
          onChange={({ currentTarget: { checked } }) =>
            turn({ timestamps: checked ? undefined : false })
          }
        />
        <span>{words.timestamps}</span>
      </label>
    </div>
  );
};

/** What is set on sockets besides, or in place of, what the scenario sets. */
const OptionKnobs = ({ variant, lab, turn }: KnobsProps) => {
  const { lab: words } = useWorkbenchWords();
  const sockets = socketsIn(variant);
  const [socket, setSocket] = useState(sockets[0] ?? '');
  const [name, setName] = useState<string>(SOCKET_OPTIONS[0]);
  const [text, setText] = useState('1 0');
  const value = valueIn(text);
  const chosen = sockets.includes(socket) ? socket : (sockets[0] ?? '');
  const add = () => {
    if (value === undefined) return;
    const others = lab.options.filter((one) => one.socket !== chosen || one.name !== name);
    turn({ options: [...others, { socket: chosen, name, value }] });
  };
  if (sockets.length === 0) return null;
  return (
    <fieldset>
      <legend>{words.options}</legend>
      <Chips
        items={lab.options.map((one) => `${one.socket}: ${one.name} = ${valueText(one.value)}`)}
        remove={(at) => turn({ options: lab.options.toSpliced(at, 1) })}
      />
      <div class="line">
        <Choice label={words.socket} value={chosen} values={sockets} choose={setSocket} />
        <Choice label={words.option} value={name} values={SOCKET_OPTIONS} choose={setName} />
        <label>
          <span>{words.value}</span>
          <input
            type="text"
            size={8}
            value={text}
            onInput={({ currentTarget: { value: typed } }) => setText(typed)}
          />
        </label>
        <button type="button" disabled={value === undefined} onClick={add}>
          {words.add}
        </button>
      </div>
    </fieldset>
  );
};

const MOST_LOST = 8;

const LossKnobs = ({ lab, turn }: Omit<KnobsProps, 'variant'>) => {
  const { lab: words } = useWorkbenchWords();
  const [what, setWhat] = useState<Losable>('third ACK');
  const [times, setTimes] = useState('1');
  const add = () => {
    const others = lab.losses.filter((one) => one.what !== what);
    turn({ losses: [...others, { what, times: Number(times) }] });
  };
  const counts = Array.from({ length: MOST_LOST }, (_, index) => String(index + 1));
  return (
    <fieldset>
      <legend>{words.losses}</legend>
      <Chips
        items={lab.losses.map((one) => words.firstSo(one.times, one.what))}
        remove={(at) => turn({ losses: lab.losses.toSpliced(at, 1) })}
      />
      <div class="line">
        <Choice label={words.times} value={times} values={counts} choose={setTimes} />
        <Choice
          label={words.segments}
          value={what}
          values={LOSABLES}
          choose={(name) => setWhat(LOSABLES.find((one) => one === name) ?? what)}
        />
        <button type="button" onClick={add}>
          {words.add}
        </button>
      </div>
    </fieldset>
  );
};

interface ChipsProps {
  readonly items: readonly string[];
  readonly remove: (at: number) => void;
}

const Chips = ({ items, remove }: ChipsProps) => {
  const { lab } = useWorkbenchWords();
  if (items.length === 0) return null;
  return (
    <ul class="chips">
      {items.map((item, index) => (
        <li key={item}>
          {item}
          <button type="button" aria-label={lab.remove(item)} onClick={() => remove(index)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
};

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly choose: (value: string) => void;
}

export const Choice = ({ label, value, values, choose }: ChoiceProps) => (
  <label>
    <span>{label}</span>
    <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
      {values.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  </label>
);
