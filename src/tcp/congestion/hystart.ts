import { after } from '../../wire/sequence.ts';
import type { Connection } from '../connection.ts';

/** Below so many segments slow start is left alone (`hystart_low_window`). */
const LOW_WINDOW = 16;
/** Acknowledgements this close together are one train (`hystart_ack_delta_us`). */
const TRAIN_GAP_MS = 2;
/** Round trips looked at before they are compared (HYSTART_MIN_SAMPLES). */
const SAMPLES = 8;
/** What counts as a longer round trip: an eighth more, within these bounds (HYSTART_DELAY_THRESH). */
const LEAST_GROWTH_MS = 4;
const MOST_GROWTH_MS = 16;
/** Most that a sender's own bursts add to a train (hystart_ack_delay). */
const MOST_BURST_MS = 1;

/**
 * Finds the end of slow start before something is lost (Linux hystart_update, RFC 9406 in spirit):
 * when a train of acknowledgements fills half the shortest round trip, or the round trips get longer.
 */
export class HyStart {
  private shortestMs = Number.POSITIVE_INFINITY;
  private roundStartMs = -1;
  private roundEnd = 0;
  private lastAckMs = 0;
  private roundShortestMs = Number.POSITIVE_INFINITY;
  private samples = 0;

  /** An acknowledgement in slow start measured a round trip. True where slow start is to end here. */
  hasEnded(c: Connection, rttMs: number, now: number): boolean {
    if (rttMs < this.shortestMs) this.shortestMs = rttMs;
    if (this.roundStartMs < 0 || after(c.sndUna, this.roundEnd)) this.beginRound(c, now);
    if (c.cwnd < LOW_WINDOW * c.sndMss) return false;
    return this.isTrainLong(c, now) || this.areRoundTripsLonger(rttMs);
  }

  private beginRound(c: Connection, now: number): void {
    this.roundStartMs = now;
    this.lastAckMs = now;
    this.roundEnd = c.sndNxt;
    this.roundShortestMs = Number.POSITIVE_INFINITY;
    this.samples = 0;
  }

  private isTrainLong(c: Connection, now: number): boolean {
    if (now - this.lastAckMs > TRAIN_GAP_MS) return false;
    this.lastAckMs = now;
    const bytesPerMs = c.srttMs > 0 ? (2 * c.cwnd) / c.srttMs : Number.POSITIVE_INFINITY;
    const burstMs = Math.min(MOST_BURST_MS, 262_144 / bytesPerMs);
    return now - this.roundStartMs > (this.shortestMs + burstMs) / 2;
  }

  private areRoundTripsLonger(rttMs: number): boolean {
    if (rttMs < this.roundShortestMs) this.roundShortestMs = rttMs;
    if (this.samples < SAMPLES) {
      this.samples += 1;
      return false;
    }
    const growthMs = Math.min(MOST_GROWTH_MS, Math.max(LEAST_GROWTH_MS, this.shortestMs / 8));
    return this.roundShortestMs > this.shortestMs + growthMs;
  }
}
