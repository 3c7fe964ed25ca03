import type { Connection } from './connection.ts';

/** What sending waits for, the more telling later (`enum tcp_chrono`). */
const IDLE = 0;
const BUSY = 1;
const RWND_LIMITED = 2;
const SNDBUF_LIMITED = 3;

/** How long a connection had something to send, and what held it back meanwhile; milliseconds. */
export class Chronograph {
  private readonly sumsMs = [0, 0, 0, 0];
  private what = IDLE;
  private sinceMs = 0;

  /** Something is to be sent or to be acknowledged. */
  busy(now: number): void {
    this.begin(BUSY, now);
  }

  /** The peer's window keeps text from being sent, or no longer. */
  peerLimits(isLimited: boolean, now: number): void {
    if (isLimited) this.begin(RWND_LIMITED, now);
    else this.end(RWND_LIMITED, now);
  }

  /** All is sent, and the application had no room to write more, or has it again. */
  bufferLimits(isLimited: boolean, now: number): void {
    if (isLimited) this.begin(SNDBUF_LIMITED, now);
    else this.end(SNDBUF_LIMITED, now);
  }

  /** Everything that was written is acknowledged. */
  idle(now: number): void {
    this.turnTo(IDLE, now);
  }

  /** `tcpi_busy_time`, which counts the others in. */
  busyMs(now: number): number {
    return this.sumOf(BUSY, now) + this.rwndLimitedMs(now) + this.sndbufLimitedMs(now);
  }

  rwndLimitedMs(now: number): number {
    return this.sumOf(RWND_LIMITED, now);
  }

  sndbufLimitedMs(now: number): number {
    return this.sumOf(SNDBUF_LIMITED, now);
  }

  private begin(what: number, now: number): void {
    if (what > this.what) this.turnTo(what, now);
  }

  private end(what: number, now: number): void {
    if (what === this.what) this.turnTo(BUSY, now);
  }

  private turnTo(what: number, now: number): void {
    this.sumsMs[this.what] += now - this.sinceMs;
    this.what = what;
    this.sinceMs = now;
  }

  private sumOf(what: number, now: number): number {
    return this.sumsMs[what] + (what === this.what ? now - this.sinceMs : 0);
  }
}

/** The same three of a connection that may never have written anything. */
export const sendingTimes = (
  { chronograph }: Connection,
  now: number,
): { busyMs: number; rwndLimitedMs: number; sndbufLimitedMs: number } => ({
  busyMs: chronograph?.busyMs(now) ?? 0,
  rwndLimitedMs: chronograph?.rwndLimitedMs(now) ?? 0,
  sndbufLimitedMs: chronograph?.sndbufLimitedMs(now) ?? 0,
});
