import type { Clock } from './clock.ts';
import { Dissection, type InFlight } from './in-flight.ts';
import type { Random } from './prng.ts';

/** What a direction of a link does to packets; may be changed at any time and counts from then on. */
export interface LinkConditions {
  /** One way. */
  delayMs: number;
  /** Up to so much more, evenly; packets stay in order unless `reordering` says otherwise. */
  jitterMs: number;
  /** 0: without limit. */
  bitsPerSecond: number;
  /** What waits for its turn at most, in bytes; more is dropped (tail drop). */
  queueBytes: number;
  /** Probabilities, 0 to 1, for each packet. */
  loss: number;
  duplication: number;
  /** One bit is turned. */
  corruption: number;
  /** It is held back so long that others pass it: `reorderingMs`. */
  reordering: number;
  reorderingMs: number;
  /** Largest IP packet in bytes. */
  mtu: number;
  /** Nothing passes, and nobody is told. */
  partitioned: boolean;
  /** Packets to lose on purpose; asked once for each, before chance is. */
  lose: ((packet: InFlight) => boolean) | undefined;
}

/** A wire without fault, 1500 bytes wide. */
export const perfectLink = (): LinkConditions => ({
  delayMs: 0,
  jitterMs: 0,
  bitsPerSecond: 0,
  queueBytes: 256 * 1024,
  loss: 0,
  duplication: 0,
  corruption: 0,
  reordering: 0,
  reorderingMs: 20,
  mtu: 1500,
  partitioned: false,
  lose: undefined,
});

/** Where a link's packets come out. */
export interface LinkEnd {
  delivered(packet: InFlight): void;
  /** It did not fit, and may not be cut: the sender is to be told (RFC 1191 §3, RFC 4443 §3.2). */
  tooBig(packet: InFlight, mtu: number): void;
}

/** One direction of a link. */
export class Link {
  readonly conditions: LinkConditions;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly end: LinkEnd;
  /** When the last packet will have left the sender's queue. */
  private freeAtMs = 0;
  /** No packet in order arrives before the one that went before it. */
  private lastArrivalMs = 0;

  constructor(clock: Clock, random: Random, conditions: LinkConditions, end: LinkEnd) {
    this.clock = clock;
    this.random = random;
    this.conditions = conditions;
    this.end = end;
  }

  send(packet: InFlight): void {
    const { conditions, random } = this;
    if (packet.bytes.length > conditions.mtu) {
      this.end.tooBig(packet, conditions.mtu);
      return;
    }
    if (conditions.partitioned || conditions.lose?.(packet) === true) return;
    if (random.chance(conditions.loss)) return;
    const leavesAtMs = this.queue(packet);
    if (leavesAtMs === undefined) return;
    this.travel(random.chance(conditions.corruption) ? this.corrupt(packet) : packet, leavesAtMs);
    if (random.chance(conditions.duplication)) this.travel(packet.with(packet.bytes), leavesAtMs);
  }

  /** When its last bit has left; undefined if the queue is full. */
  private queue(packet: InFlight): number | undefined {
    const { bitsPerSecond, queueBytes } = this.conditions;
    const { now } = this.clock;
    if (bitsPerSecond === 0) return now;
    const waitingBytes = (Math.max(0, this.freeAtMs - now) * bitsPerSecond) / 8000;
    if (waitingBytes + packet.bytes.length > queueBytes) return;
    this.freeAtMs = Math.max(this.freeAtMs, now) + (packet.bytes.length * 8000) / bitsPerSecond;
    return this.freeAtMs;
  }

  private travel(packet: InFlight, leavesAtMs: number): void {
    const { conditions, random, clock } = this;
    const jitterMs = conditions.jitterMs > 0 ? random.fraction() * conditions.jitterMs : 0;
    let arrivesAtMs = leavesAtMs + conditions.delayMs + jitterMs;
    if (random.chance(conditions.reordering)) {
      arrivesAtMs += random.fraction() * conditions.reorderingMs;
    } else {
      arrivesAtMs = Math.max(arrivesAtMs, this.lastArrivalMs);
      this.lastArrivalMs = arrivesAtMs;
    }
    clock.at(arrivesAtMs, () => {
      // What was on the way when the wire was cut is lost as well.
      if (!conditions.partitioned) this.end.delivered(packet);
    });
  }

  /**
   * Turns one bit, once on the whole way: TCP's checksum finds that for sure, while a second bit may
   * cancel the first (RFC 1071 §1), which no stack could notice.
   */
  private corrupt(packet: InFlight): InFlight {
    if (!packet.damage()) return packet;
    const bytes = packet.bytes.slice();
    const bit = this.random.below(bytes.length * 8);
    bytes[bit >> 3] ^= 1 << (bit & 7);
    return packet.with(bytes);
  }
}

/** Which segments: those with all of `flags` and none of `without`. */
export interface SegmentPattern {
  readonly flags?: number;
  readonly without?: number;
  /** With text, or without any; absent: either. */
  readonly text?: boolean;
}

/**
 * For `LinkConditions.lose`: `count` segments of the pattern from the `first`-th on, counted from 1;
 * all others pass.
 */
export const loseSegments = (
  pattern: SegmentPattern,
  first = 1,
  count = 1,
): ((packet: InFlight) => boolean) => {
  const look = new Dissection();
  let met = 0;
  return (packet) => {
    if (!look.read(packet) || !fits(pattern, look)) return false;
    met += 1;
    return met >= first && met < first + count;
  };
};

const fits = ({ flags = 0, without = 0, text }: SegmentPattern, { segment }: Dissection): boolean =>
  (segment.flags & flags) === flags &&
  (segment.flags & without) === 0 &&
  (text === undefined || text === segment.payloadLength > 0);
