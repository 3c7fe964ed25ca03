import type { Connection } from '../connection.ts';
import { type CongestionControl, slowStart, widen } from './congestion-control.ts';

/** RFC 5681 with appropriate byte counting in congestion avoidance. */
export class Reno implements CongestionControl {
  readonly name = 'reno';
  /** Acknowledged bytes that have not yet made a segment's growth. */
  private saved = 0;

  acknowledged(c: Connection, bytes: number, _now: number): void {
    const left = c.cwnd < c.ssthresh ? slowStart(c, bytes) : bytes;
    if (left === 0) return;
    this.saved += left;
    if (this.saved < c.cwnd) return;
    this.saved -= c.cwnd;
    widen(c, c.sndMss);
  }

  measured(_c: Connection, _rttMs: number, _now: number): void {
    // Slow start ends with a loss.
  }

  reducedThreshold(c: Connection): number {
    return Math.max(c.cwnd >>> 1, 2 * c.sndMss);
  }

  timedOut(): void {
    this.saved = 0;
  }

  resumed(_idleMs: number): void {
    // Nothing here depends on time.
  }
}
