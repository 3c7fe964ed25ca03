import type { Role } from '../../../causes/scenario.ts';
import type { EndView, Moment } from '../../../lab/moment.ts';
import { ROLES } from '../../../lab/run.ts';
import { grouped } from '../../../report/numbers.ts';
import { useWorkbenchWords, type LabPageWords, type VariableName } from '../words.ts';
import { beginningsOf, endAt } from './ends.ts';

interface VariablesProps {
  readonly moments: readonly Moment[];
  readonly at: number;
  readonly connection: string;
}

/** Both ends' variables side by side; what this moment has changed stands out. */
export const Variables = ({ moments, at, connection }: VariablesProps) => {
  const { lab } = useWorkbenchWords();
  const told = (role: Role, index: number): Told | undefined => {
    const moment = moments[index];
    const end = moment && endAt(moment, role, connection);
    if (moment === undefined || end === undefined) return undefined;
    return tell(end, beginningsOf(moments, index, role, connection), moment.atMs, lab);
  };
  const now = ROLES.map((role) => told(role, at));
  const before = ROLES.map((role) => told(role, at - 1));
  return (
    <table class="variables">
      <caption>{lab.variables}</caption>
      <thead>
        <tr>
          <td />
          {ROLES.map((role) => (
            <th key={role} scope="col">
              {lab.role[role]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {NAMES.map((name) => (
          <tr key={name}>
            <th scope="row">{lab.names[name]}</th>
            {ROLES.map((role, column) => {
              const value = now[column]?.[name];
              const isNew = value !== undefined && value !== before[column]?.[name];
              // Timers run down at every moment: that is no news.
              return (
                <td key={role} class={isNew && name !== 'timers' ? 'changed' : ''}>
                  {value ?? lab.none}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
};

type Told = Readonly<Partial<Record<VariableName, string>>>;

const NAMES: readonly VariableName[] = [
  'sndUna',
  'sndNxt',
  'sndWnd',
  'rcvNxt',
  'rcvWnd',
  'unacknowledged',
  'unread',
  'cwnd',
  'ssthresh',
  'rto',
  'srtt',
  'retransmits',
  'timers',
];

const tell = (
  end: EndView,
  { iss, irs }: ReturnType<typeof beginningsOf>,
  nowMs: number,
  lab: LabPageWords,
): Told => {
  const timers = end.timers.map(({ what, atMs }) => lab.timer(what, Math.max(0, atMs - nowMs)));
  return given({
    sndUna: relative(end.sndUna, iss),
    sndNxt: relative(end.sndNxt, iss),
    sndWnd: size(end.sndWnd),
    rcvNxt: irs === undefined ? undefined : relative(end.rcvNxt, irs),
    rcvWnd: size(end.rcvWnd),
    unacknowledged: size(end.unacknowledged),
    unread: size(end.unread),
    cwnd: size(end.cwnd),
    ssthresh: size(end.ssthresh),
    rto: milliseconds(end.rtoMs),
    srtt: milliseconds(end.srttMs),
    retransmits: end.retransmits === 0 ? undefined : String(end.retransmits),
    timers: timers.length === 0 ? undefined : timers.join(', '),
  });
};

const given = (told: Readonly<Record<VariableName, string | undefined>>): Told =>
  Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));

const relative = (seq: number | undefined, beginning: number | undefined): string | undefined => {
  if (seq === undefined) return undefined;
  return grouped(beginning === undefined ? seq : (seq - beginning) >>> 0);
};

const size = (bytes: number | undefined): string | undefined =>
  bytes === undefined ? undefined : grouped(Math.round(bytes));

const milliseconds = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : `${grouped(Math.round(ms))} ms`;
