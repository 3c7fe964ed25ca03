import type { LadderWishes } from './ladder.ts';
import type { Surveyed } from './survey.ts';
import type { OtherEnd } from './verdict-maker.ts';

/** What an investigation is given besides the packets. */
export interface InvestigationOptions {
  /** What a first pass over the same capture marked; without it every connection is followed. */
  readonly survey?: Surveyed;
  /** The connection (its first frame) whose segments are all kept for a ladder. */
  readonly keepLadderOf?: number;
  /** The same for many connections, in as much room as is said. */
  readonly ladders?: LadderWishes;
  /** A reset waits no longer than this for what comes after it, in seconds. */
  readonly patienceSeconds?: number;
  /** What a capture at the other end says. */
  readonly otherEnd?: OtherEnd;
  /** Connections followed at a time; of more, those are forgotten that were silent longest. */
  readonly mostConnections?: number;
  /** Seconds of the capture at its last segment, where only some connections are shown here. */
  readonly reachedSeconds?: number;
}
