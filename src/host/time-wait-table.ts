import type { FourTuple } from '../tcp/four-tuple.ts';
import { TimeWait } from '../tcp/time-wait.ts';
import { TimerQueue } from './timer-queue.ts';
import { longer, longerBytes, TupleColumns } from './tuple-columns.ts';
import type { TupleKey } from './tuple-key.ts';

/** Bits of `flags`. */
const FIN_WAIT_2 = 1;
const REUSE = 2;
const TIMESTAMPS = 4;
const LINGER_EXPIRED = 8;

/**
 * All connections in TIME-WAIT, and those in FIN-WAIT-2 that no application holds: columns of
 * numbers, some 75 bytes each with everything, since a busy server has them by the million. A
 * `TimeWait` is loaded from them while something happens to it.
 */
export class TimeWaitTable {
  private readonly tuples = new TupleColumns();
  /** Also the only place that knows when each ends. */
  private readonly queue = new TimerQueue();
  private readonly loaded = new TimeWait();
  private sndNxt = new Int32Array(64);
  private rcvNxt = new Int32Array(64);
  private rcvWnd = new Int32Array(64);
  private tsRecent = new Int32Array(64);
  private tsOffset = new Int32Array(64);
  /** Moments as milliseconds before its end, which is exact enough in half the room. */
  private entered = new Float32Array(64);
  private tsRecentAt = new Float32Array(64);
  private lastChallenge = new Float32Array(64);
  private rcvWndScale = new Uint8Array(64);
  private flags = new Uint8Array(64);

  get size(): number {
    return this.tuples.size;
  }

  /** When the first of them ends, `NEVER` if there is none. */
  get earliest(): number {
    return this.queue.earliest;
  }

  /** Which one that is; -1 if there is none. */
  get first(): number {
    return this.queue.first;
  }

  /** -1: none. */
  find(key: TupleKey): number {
    return this.tuples.find(key);
  }

  /** `reuse`: its socket had SO_REUSEADDR. */
  add(key: TupleKey, timeWait: TimeWait, reuse: boolean): void {
    const place = this.tuples.add(key);
    this.makeRoom();
    this.flags[place] = reuse ? REUSE : 0;
    this.store(place, timeWait);
  }

  remove(place: number): void {
    this.queue.disarm(place);
    this.tuples.remove(place);
  }

  /** Valid until the next call. */
  load(place: number): TimeWait {
    const { loaded } = this;
    const flags = this.flags[place];
    const end = this.queue.momentOf(place);
    loaded.state = (flags & FIN_WAIT_2) === 0 ? 'TIME-WAIT' : 'FIN-WAIT-2';
    loaded.timestamps = (flags & TIMESTAMPS) !== 0;
    loaded.lingerExpired = (flags & LINGER_EXPIRED) !== 0;
    loaded.sndNxt = this.sndNxt[place];
    loaded.rcvNxt = this.rcvNxt[place];
    loaded.rcvWnd = this.rcvWnd[place];
    loaded.rcvWndScale = this.rcvWndScale[place];
    loaded.tsRecent = this.tsRecent[place];
    loaded.tsOffset = this.tsOffset[place];
    loaded.expiresAtMs = end;
    loaded.enteredAtMs = end - this.entered[place];
    loaded.tsRecentAtMs = end - this.tsRecentAt[place];
    loaded.lastChallengeAtMs = end - this.lastChallenge[place];
    return loaded;
  }

  store(place: number, timeWait: TimeWait): void {
    const end = timeWait.expiresAtMs;
    this.flags[place] = (this.flags[place] & REUSE) | flagsOf(timeWait);
    this.sndNxt[place] = timeWait.sndNxt;
    this.rcvNxt[place] = timeWait.rcvNxt;
    this.rcvWnd[place] = timeWait.rcvWnd;
    this.rcvWndScale[place] = timeWait.rcvWndScale;
    this.tsRecent[place] = timeWait.tsRecent;
    this.tsOffset[place] = timeWait.tsOffset;
    this.entered[place] = end - timeWait.enteredAtMs;
    this.tsRecentAt[place] = end - timeWait.tsRecentAtMs;
    this.lastChallenge[place] = end - timeWait.lastChallengeAtMs;
    this.queue.rearm(place, end);
  }

  pathAt(place: number): FourTuple {
    return this.tuples.pathAt(place);
  }

  reuseAt(place: number): boolean {
    return (this.flags[place] & REUSE) !== 0;
  }

  *places(): Generator<number> {
    for (let place = 0; place < this.tuples.capacity; place += 1) {
      if (this.tuples.has(place)) yield place;
    }
  }

  private makeRoom(): void {
    const { capacity } = this.tuples;
    if (this.flags.length === capacity) return;
    this.sndNxt = longer(this.sndNxt, capacity);
    this.rcvNxt = longer(this.rcvNxt, capacity);
    this.rcvWnd = longer(this.rcvWnd, capacity);
    this.tsRecent = longer(this.tsRecent, capacity);
    this.tsOffset = longer(this.tsOffset, capacity);
    this.entered = longerTimes(this.entered, capacity);
    this.tsRecentAt = longerTimes(this.tsRecentAt, capacity);
    this.lastChallenge = longerTimes(this.lastChallenge, capacity);
    this.rcvWndScale = longerBytes(this.rcvWndScale, capacity);
    this.flags = longerBytes(this.flags, capacity);
  }
}

const flagsOf = ({ state, timestamps, lingerExpired }: TimeWait): number =>
  (state === 'FIN-WAIT-2' ? FIN_WAIT_2 : 0) |
  (timestamps ? TIMESTAMPS : 0) |
  (lingerExpired ? LINGER_EXPIRED : 0);

const longerTimes = (column: Float32Array, length: number): Float32Array<ArrayBuffer> => {
  const more = new Float32Array(length);
  more.set(column);
  return more;
};
