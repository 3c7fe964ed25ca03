import type { Role } from '../../causes/scenario.ts';
import type { CallRecord, Run } from '../run.ts';
import type { Compared } from './compared.ts';
import type { KernelCall, KernelRun } from './kernel-run.ts';
import { type ResetSeen, resetsIn } from './resets-in.ts';

/** Where the engine does something else than the kernel in the same scenario. */
export interface Difference {
  /**
   * Where it shows: in a call, in the kind of a reset on the wire or the reason for one, or only in
   * how many there were and how far the connection had come (`count`); or only the kernel can play
   * it at all (`stage`).
   */
  readonly about: 'call' | 'reset' | 'reason' | 'count' | 'stage';
  readonly kernel: string;
  readonly engine: string;
}

const ONE_STAGE: Difference = { about: 'stage', kernel: 'plays it', engine: 'cannot play it' };

/** Holds both runs against one another, as captured at one end. */
export const differences = (
  { run }: Compared,
  kernel: KernelRun,
  at: Role,
): readonly Difference[] => {
  if (run === undefined) return [ONE_STAGE];
  return [
    ...callDifferences(run.calls, kernel.calls),
    ...resetDifferences(run.recordings[at].capture, kernel.captures.get(at)),
    ...reasonDifferences(run, kernel),
  ];
};

/** The same calls in the same order; how many bytes a buffer holds is each stack's own affair. */
const callDifferences = (
  engine: readonly CallRecord[],
  kernel: readonly KernelCall[],
): readonly Difference[] => {
  const [ours, theirs] = [callTexts(engine), callTexts(kernel)];
  const length = Math.max(ours.length, theirs.length);
  return Array.from({ length }, (_, at) => ({
    about: 'call' as const,
    kernel: theirs[at] ?? 'no call',
    engine: ours[at] ?? 'no call',
  })).filter((row) => row.kernel !== row.engine);
};

/** What a call says again is not repeated: one read() may get what elsewhere takes two. */
const callTexts = (calls: readonly (KernelCall | CallRecord)[]): readonly string[] => {
  const texts = calls.map(({ on, call, socket, outcome }) => {
    const told = typeof outcome === 'number' ? 'bytes' : outcome;
    return `${call} ${socket} (${on}): ${told}`;
  });
  return texts.filter((text, at) => text !== texts[at - 1]);
};

/** For each sender of each connection: its resets, in order. */
const resetDifferences = (
  engine: Uint8Array,
  kernel: Uint8Array | undefined,
): readonly Difference[] => {
  if (kernel === undefined) return [];
  const [ours, theirs] = [bySender(resetsIn(engine)), bySender(resetsIn(kernel))];
  return [...new Set([...theirs.keys(), ...ours.keys()])].flatMap((sender) =>
    differenceOf(sender, ours.get(sender) ?? [], theirs.get(sender) ?? []),
  );
};

const bySender = (resets: readonly ResetSeen[]): ReadonlyMap<string, readonly ResetSeen[]> => {
  const groups = new Map<string, ResetSeen[]>();
  for (const reset of resets) {
    const end = reset.byOpener ? 'its opener' : 'the other end';
    const key = `connection ${reset.connection + 1}, ${end}`;
    groups.set(key, [...(groups.get(key) ?? []), reset]);
  }
  return groups;
};

const differenceOf = (
  sender: string,
  ours: readonly ResetSeen[],
  theirs: readonly ResetSeen[],
): readonly Difference[] => {
  const [engine, kernel] = [ours.map(resetText), theirs.map(resetText)];
  if (engine.join() === kernel.join()) return [];
  const sameKinds = kindsOf(ours) === kindsOf(theirs);
  const text = (resets: readonly string[]): string =>
    `${sender}: ${resets.length === 0 ? 'no reset' : resets.join('; ')}`;
  return [{ about: sameKinds ? 'count' : 'reset', kernel: text(kernel), engine: text(engine) }];
};

const kindsOf = (resets: readonly ResetSeen[]): string =>
  [...new Set(resets.map(kindOf))].toSorted().join();

/** `RST,ACK seq next, ack next, window open`. */
const kindOf = ({ withAck, seq, ack, zeroWindow }: ResetSeen): string => {
  const flags = withAck ? 'RST,ACK' : 'RST';
  const acknowledges = withAck ? ` ack ${ack},` : '';
  return `${flags} seq ${seq},${acknowledges} window ${zeroWindow ? 'zero' : 'open'}`;
};

/** The same with what its numbers are from the initial ones on: `(+1 +41)`. */
const resetText = (reset: ResetSeen): string => {
  const offsets = [reset.seqOffset, reset.ackOffset].filter((offset) => offset !== undefined);
  const numbers = offsets.map((offset) => (offset < 0 ? String(offset) : `+${offset}`));
  return numbers.length === 0 ? kindOf(reset) : `${kindOf(reset)} (${numbers.join(' ')})`;
};

/** Why each host sent its resets, in the kernel's words; boxes on the way are no hosts. */
const reasonDifferences = (run: Run, { kernel }: KernelRun): readonly Difference[] => {
  const ours = run.told.flatMap(({ who, event }) =>
    event.kind === 'sent' && (who === 'client' || who === 'server') ? [event.linuxReason] : [],
  );
  const theirs = kernel.flatMap(({ by, reason }) => (by === 'router' ? [] : [reason]));
  if (tally(ours) === tally(theirs)) return [];
  const sameKinds = new Set([...ours, ...theirs]).size === new Set(ours).size;
  const about = sameKinds && new Set(ours).size === new Set(theirs).size ? 'count' : 'reason';
  return [{ about, kernel: tally(theirs), engine: tally(ours) }];
};

/** `2 NO_SOCKET, 1 TCP_STATE`, by name. */
const tally = (reasons: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const rows = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return rows.length === 0
    ? 'none'
    : rows.map(([reason, count]) => `${count} ${reason}`).join(', ');
};
