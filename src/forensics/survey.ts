import { ACK, RST, SYN, type Packet, type PacketVisitor } from '../wire/packet.ts';
import { CandidateSet } from './candidates.ts';
import { ConnectionKey, hostOfSource } from './key.ts';
import {
  advance,
  ANY_DATA,
  beginning,
  CLIENT_WENT_ON,
  BOTH_FIN,
  CLIENT_UPPER,
  isFree,
  isSuspicious,
  OPENED,
} from './lifeline.ts';
import { Surroundings } from './surroundings.ts';

/** A table of 4 MiB: 2^18 buckets of 16 bytes. */
export const SURVEY_BUCKET_BITS = 18;

/** What a survey came to. */
export type Surveyed = Pick<Survey, 'surroundings' | 'marked' | 'connections'>;

/**
 * Pass 1 over a file that can be read twice: which connections are worth following? Every reset
 * marks its connection. Connections that broke without one are found by a few bits for each that
 * is open: buckets of two slots, 8 bytes a slot, a table of fixed size. Who finds a bucket full of
 * living connections, and who is pushed out of one, is marked at once: a crowd costs time in pass
 * 2, never a verdict. Memory does not grow with the file, only
 * with what is marked.
 */
export class Survey implements PacketVisitor {
  readonly surroundings = new Surroundings();
  connections = 0;
  /** The connections to be followed. */
  readonly marked: CandidateSet;
  private readonly key = new ConnectionKey();
  private readonly slots: Int32Array;
  private readonly mask: number;

  /** @param bucketBits 2^bits buckets of 16 bytes; the default takes 4 MiB. */
  constructor(bucketBits = SURVEY_BUCKET_BITS) {
    this.slots = new Int32Array(4 << bucketBits);
    this.mask = (1 << bucketBits) - 1;
    this.marked = new CandidateSet(this.mask);
  }

  /** Most segments only move a few bits of a slot that is there. */
  glance(
    source: number,
    target: number,
    ports: number,
    flags: number,
    payloadLength: number,
  ): boolean {
    if ((flags & (SYN | RST)) !== 0) return false;
    const key = this.key.ofWords(source, target, ports);
    this.ordinary(key, flags, payloadLength, ports >>> 16 > (ports & 0xffff));
    return true;
  }

  /** A segment with neither SYN nor RST, by as much of it as is asked. */
  ordinary(
    key: ConnectionKey,
    flags: number,
    payloadLength: number,
    fromHigherPort: boolean,
  ): void {
    let slot = this.lookup(key);
    if (slot < 0) slot = this.slotOf(key, flags, fromHigherPort, slot);
    if (slot < 0) return;
    this.slots[slot + 1] = advance(this.slots[slot + 1], flags, payloadLength, key.side);
  }

  segment(packet: Packet): void {
    const key = this.key.of(packet);
    const { flags, payloadLength } = packet;
    if ((flags & RST) !== 0) {
      this.reset(packet, key);
      return;
    }
    const fromHigherPort = packet.sourcePort > packet.targetPort;
    if ((flags & SYN) === 0) {
      this.ordinary(key, flags, payloadLength, fromHigherPort);
      return;
    }
    if ((flags & ACK) !== 0) this.surroundings.accepted(packet, key.sourceEndpoint);
    const { slots } = this;
    const slot = this.slotOf(key, flags, fromHigherPort, this.lookup(key));
    if (slot >= 0) slots[slot + 1] = advance(slots[slot + 1], flags, payloadLength, key.side);
  }

  icmpError(packet: Packet): void {
    this.mark(this.key.of(packet));
  }

  /** After the last packet: judges the connections still open. */
  finish(): void {
    for (let slot = 0; slot < this.slots.length; slot += 2) this.retire(slot);
  }

  private mark(key: ConnectionKey): boolean {
    return this.marked.add(key.bucket & this.mask, key.tag);
  }

  private reset(packet: Packet, key: ConnectionKey): void {
    this.surroundings.reset(packet, key);
    const slot = this.lookup(key);
    if (slot >= 0) {
      const state = this.slots[slot + 1];
      const fromClient = (key.side === 1) === ((state & CLIENT_UPPER) !== 0);
      const hasSpoken = (state & (OPENED | CLIENT_WENT_ON)) !== 0;
      if (fromClient && hasSpoken && (state & ANY_DATA) === 0) {
        this.surroundings.probed(hostOfSource(packet), key.targetEndpoint);
      }
      this.slots[slot + 1] = 0;
    }
    if (this.mark(key) && slot < 0) this.connections++;
  }

  /** The slot of a connection, a new one if need be; -1 for one that is marked instead. */
  private slotOf(key: ConnectionKey, flags: number, fromHigherPort: boolean, slot: number): number {
    const opens = (flags & (SYN | ACK)) === SYN;
    const state = beginning(fromHigherPort, key.side);
    if (slot >= 0) {
      const used = (this.slots[slot + 1] & (BOTH_FIN | ANY_DATA)) !== 0;
      return opens && used ? this.replace(slot, key, state) : slot;
    }
    const bucket = (key.bucket & this.mask) * 4;
    const free = isFree(this.slots[bucket + 1])
      ? bucket
      : isFree(this.slots[bucket + 3])
        ? bucket + 2
        : -1;
    if (!opens && this.marked.has(key.bucket & this.mask, key.tag)) return -1;
    if (free >= 0) return this.replace(free, key, state);
    if (opens) return this.replace(bucket + (key.tag & 2), key, state);
    if (this.mark(key)) this.connections++;
    return -1;
  }

  private lookup(key: ConnectionKey): number {
    const bucket = (key.bucket & this.mask) * 4;
    const { slots } = this;
    if (slots[bucket] === key.tag && slots[bucket + 1] !== 0) return bucket;
    if (slots[bucket + 2] === key.tag && slots[bucket + 3] !== 0) return bucket + 2;
    return -1;
  }

  private replace(slot: number, key: ConnectionKey, state: number): number {
    const isPushedOut = this.slots[slot] !== key.tag && !isFree(this.slots[slot + 1]);
    if (isPushedOut) this.marked.add(slot >>> 2, this.slots[slot]);
    else this.retire(slot);
    this.connections++;
    this.slots[slot] = key.tag;
    this.slots[slot + 1] = state;
    return slot;
  }

  private retire(slot: number): void {
    const state = this.slots[slot + 1];
    if (state !== 0 && isSuspicious(state)) this.marked.add(slot >>> 2, this.slots[slot]);
  }
}
