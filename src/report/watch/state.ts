import type { CauseId } from '../../causes/ids.ts';
import type { Verdict } from '../../forensics/verdict.ts';
import type { KernelWord } from './kernel-word.ts';

/** A verdict as it was told, and what the kernel said beside it. */
export interface Watched {
  readonly verdict: Verdict;
  readonly kernel: KernelWord | undefined;
}

/** What a watcher knows now. */
export interface WatchState {
  /** `any`, `eth0`, `standard input`. */
  readonly source: string;
  readonly elapsedSeconds: number;
  readonly packetsPerSecond: number;
  /** Connections followed now. */
  readonly followed: number;
  readonly resets: number;
  readonly failures: number;
  /** Resets and failures of the last 60 seconds. */
  readonly lastMinute: number;
  readonly byCause: ReadonlyMap<CauseId, number>;
  /** The newest last. */
  readonly last: readonly Watched[];
  /** Packets that the capture had no room for; undefined: nobody says. */
  readonly dropped: number | undefined;
  /** Why the kernel is not asked; undefined: it is. */
  readonly kernelSilent: string | undefined;
}
