import type { CauseId } from '../causes/ids.ts';
import { ACK, FIN, SYN } from '../wire/packet.ts';
import type { Segment } from '../wire/segment.ts';
import type { FourTuple } from '../tcp/four-tuple.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { longer, longerBytes, TupleColumns } from './tuple-columns.ts';
import type { TupleKey } from './tuple-key.ts';

/** How a connection that is no more has ended, as far as it matters to what its peer sends yet. */
const ENDINGS = [
  /** In good order, by FINs. */
  'closed',
  /** By a reset, ours or theirs. */
  'reset',
  /** Lost with the memory of the host, or by an application that made it vanish. */
  'lost',
  /** The opening was given up by us who began it. */
  'connect-cancelled',
  /** The opening was given up by us who were asked: the third segment did not come. */
  'handshake-timeout',
  /** The same, and the third segment came, but the accept queue had no place. */
  'accept-queue-overflow',
  /** The listener went away in the middle of the opening. */
  'listener-closed',
  'retransmission-timeout',
  'user-timeout',
  'zero-window-timeout',
] as const;

export type Ending = (typeof ENDINGS)[number];

const NONE = -1;

/**
 * A bounded memory of how the last connections ended. A reset that answers a segment without a
 * connection says on the wire only that there is none; with this it can name why. When it is full
 * the oldest is forgotten. No part of TCP: nothing but causes depends on it.
 */
export class Obituaries {
  private readonly limit: number;
  private readonly tuples = new TupleColumns();
  private endings = new Uint8Array(64);
  /** Older and newer neighbour of each place, in the order of their ends. */
  private older = new Int32Array(64);
  private newer = new Int32Array(64);
  private oldest = NONE;
  private newest = NONE;

  /** At most `limit` at a time; 0 remembers nothing. */
  constructor(limit: number) {
    this.limit = limit;
  }

  remember(key: TupleKey, ending: Ending): void {
    if (this.limit === 0) return;
    this.forget(key);
    if (this.tuples.size === this.limit) this.drop(this.oldest);
    const place = this.tuples.add(key);
    this.makeRoom();
    this.endings[place] = ENDINGS.indexOf(ending);
    this.older[place] = this.newest;
    this.newer[place] = NONE;
    if (this.newest === NONE) this.oldest = place;
    else this.newer[this.newest] = place;
    this.newest = place;
  }

  endingOf(key: TupleKey): Ending | undefined {
    const place = this.tuples.find(key);
    return place === NONE ? undefined : ENDINGS[this.endings[place]];
  }

  /** Takes over what another host remembered, whose hashes are others; `key` is for its use. */
  inherit(other: Obituaries, key: TupleKey): void {
    for (let place = other.oldest; place !== NONE; place = other.newer[place]) {
      key.ofPath(other.tuples.pathAt(place));
      this.remember(key, ENDINGS[other.endings[place]]);
    }
  }

  /** A new connection has that four-tuple. */
  forget(key: TupleKey): void {
    const place = this.tuples.find(key);
    if (place !== NONE) this.drop(place);
  }

  private drop(place: number): void {
    const older = this.older[place];
    const newer = this.newer[place];
    if (older === NONE) this.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NONE) this.newest = older;
    else this.older[newer] = older;
    this.tuples.remove(place);
  }

  private makeRoom(): void {
    const { capacity } = this.tuples;
    if (this.endings.length === capacity) return;
    this.endings = longerBytes(this.endings, capacity);
    this.older = longer(this.older, capacity);
    this.newer = longer(this.newer, capacity);
  }
}

/** How a connection ended, by what was reported as it did; `opening`: before its SYN was answered. */
export const endingOf = (
  path: FourTuple,
  opening: boolean,
  report: ResetEvent | undefined,
): Ending => {
  if (report !== undefined && report.path === path) {
    if (report.kind === 'sent' || report.kind === 'received') return 'reset';
    if (report.kind === 'withheld' && isEnding(report.cause)) return report.cause;
  }
  return opening ? 'connect-cancelled' : 'closed';
};

const isEnding = (cause: CauseId): cause is CauseId & Ending =>
  (ENDINGS as readonly string[]).includes(cause);

/**
 * Why a segment that meets no connection is reset: by how the last connection of its four-tuple
 * ended, or without that by the segment's kind.
 */
export const causeOfStranger = (
  segment: Segment,
  ending: Ending | undefined,
  meetsListener: boolean,
): CauseId => {
  const { flags } = segment;
  if ((flags & (SYN | ACK)) === SYN) return 'closed-port';
  if (ending === undefined) return causeWithoutHistory(flags, meetsListener);
  if (ending === 'closed') {
    const isFinAlone = (flags & FIN) !== 0 && segment.payloadLength === 0;
    return isFinAlone ? 'lost-last-ack' : 'data-after-close';
  }
  if (ending === 'reset') return 'repeated-reset';
  if (ending === 'lost') return 'half-open-restart';
  return ending === 'connect-cancelled' && meetsListener ? 'listener-got-ack' : ending;
};

const causeWithoutHistory = (flags: number, meetsListener: boolean): CauseId => {
  if (meetsListener) return 'listener-got-ack';
  if ((flags & SYN) !== 0) return 'connect-cancelled';
  // No TCP sends a segment without ACK once it is past its SYN (RFC 9293 §3.1).
  return (flags & ACK) === 0 ? 'port-scan' : 'half-open-restart';
};
