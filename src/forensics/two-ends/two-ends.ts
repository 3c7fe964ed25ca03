import type { CaptureCounts } from '../../capture/problem.ts';
import type { Verdict } from '../verdict.ts';
import { atClient } from './clocks.ts';
import { type End, OTHER_END } from './pair.ts';
import type { Tape } from './tape.ts';
import { Witness } from './witness.ts';

/** A verdict that both captures stand behind. */
export interface TwoEndedVerdict {
  /** Whose capture the verdict's frames are of: that of the host that sent the reset, if it did. */
  readonly end: End;
  readonly verdict: Verdict;
  /** The same reset in each capture; undefined: it is not there. */
  readonly frames: Readonly<Record<End, number | undefined>>;
}

/** Holds two taped captures against each other. */
export const witnessOf = (
  tapes: Readonly<Record<End, Tape>>,
  counts: Readonly<Record<End, CaptureCounts>>,
): Witness => {
  const quality = (end: End) => {
    const { dropped, untilSeconds } = counts[end];
    return {
      dropped: dropped < 0 ? undefined : dropped,
      untilMs: untilSeconds === 0 ? undefined : untilSeconds * 1000,
    };
  };
  return new Witness(tapes, { client: quality('client'), server: quality('server') });
};

/**
 * One verdict for each reset and each broken connection, from what two investigations found: where both
 * captures have a reset, the one at its sender's end knows best why it was sent. By the client's clock.
 */
export const combined = (
  found: Readonly<Record<End, readonly Verdict[]>>,
  witness: Witness,
): TwoEndedVerdict[] => {
  const kept = (['client', 'server'] as const).flatMap((end) =>
    found[end]
      .filter((verdict) => isToldFrom(end, verdict, found, witness))
      .map((verdict): TwoEndedVerdict => {
        const there = verdict.type === 'reset' ? witness.frameThere(end, verdict.frame) : undefined;
        const frames = { [end]: verdict.frame, [OTHER_END[end]]: there };
        return { end, verdict, frames: frames as TwoEndedVerdict['frames'] };
      }),
  );
  const momentOf = ({ end, verdict }: TwoEndedVerdict): number => {
    const ms = verdict.seconds * 1000 + verdict.nanos / 1e6;
    return end === 'server' && witness.clocks ? atClient(witness.clocks, ms) : ms;
  };
  return kept.toSorted((a, b) => momentOf(a) - momentOf(b));
};

const isToldFrom = (
  end: End,
  verdict: Verdict,
  found: Readonly<Record<End, readonly Verdict[]>>,
  witness: Witness,
): boolean => {
  if (verdict.type === 'reset') {
    const isThere = witness.frameThere(end, verdict.frame) !== undefined;
    return !isThere || witness.isSentHere(end, verdict.frame) === true;
  }
  // Whoever opened the connection knows best how it broke, if there is a word on it at all.
  const there = witness.connectionThere(end, verdict.frame);
  if (end === 'client' || there === undefined) return true;
  return !found.client.some((other) => witness.connectionAt('client', other.frame) === there);
};
