import { ACK, FIN, RST, SYN, type Packet, type PacketVisitor } from '../wire/packet.ts';
import { CandidateSet } from './candidates.ts';
import { ConnectionKey, hostOfSource } from './key.ts';
import { Surroundings } from './surroundings.ts';

// What a slot remembers of one connection, in one word. Its two ends are "lower" and "upper", by key.
const USED = 1 << 0;
const CLIENT_UPPER = 1 << 1;
const OPENED = 1 << 2;
const ANSWERED = 1 << 3;
const CLIENT_WENT_ON = 1 << 4;
const CLIENT_FIN = 1 << 5;
const SERVER_FIN = 1 << 6;
const REQUEST_OPEN = 1 << 7;
const ANY_DATA = 1 << 8;
const HUNG_UP = 1 << 9;
const RUN_UPPER = 1 << 10;
const RUN_SHIFT = 11;
const RUN_ONE = 1 << RUN_SHIFT;
const RUN_MASK = 7 << RUN_SHIFT;
const BOTH_FIN = CLIENT_FIN | SERVER_FIN;

/** Segments in a row that nobody answered, from which on a connection may have gone silent. */
const SILENT_RUN = 3 * RUN_ONE;

/**
 * Pass 1 over a file that can be read twice: which connections are worth following? Every reset
 * marks its connection. Connections that broke without one are found by a few bits for each that
 * is open: buckets of two slots, 8 bytes a slot, a table of fixed size. Who finds a bucket full of
 * living connections is marked at once, and who is pushed out of one is marked when it speaks
 * again: a crowd costs time in pass 2, never a verdict. Memory does not grow with the file, only
 * with what is marked.
 */
export class Survey implements PacketVisitor {
  readonly surroundings = new Surroundings();
  connections = 0;
  private readonly marked = new CandidateSet();
  private readonly key = new ConnectionKey();
  private readonly slots: Int32Array;
  private readonly mask: number;

  /** @param bucketBits 2^bits buckets of 16 bytes; the default takes 4 MiB. */
  constructor(bucketBits = 18) {
    this.slots = new Int32Array(4 << bucketBits);
    this.mask = (1 << bucketBits) - 1;
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
    const slot = this.lookup(key);
    if (slot < 0) return false;
    this.slots[slot + 1] = advance(this.slots[slot + 1], flags, payloadLength, key.side);
    return true;
  }

  segment(packet: Packet): void {
    const key = this.key.of(packet);
    const { flags } = packet;
    if ((flags & RST) !== 0) {
      this.reset(packet, key);
      return;
    }
    const { slots } = this;
    let slot = this.lookup(key);
    if (slot < 0 || (flags & SYN) !== 0) slot = this.slotOf(packet, key, slot);
    if (slot >= 0) slots[slot + 1] = advance(slots[slot + 1], flags, packet.payloadLength, key.side);
  }

  icmpError(packet: Packet): void {
    this.mark(this.key.of(packet));
  }

  /** After the last packet: judges the connections still open. */
  finish(): void {
    for (let slot = 0; slot < this.slots.length; slot += 2) this.retire(slot);
  }

  /** Whether a connection is to be followed. */
  follows(key: ConnectionKey): boolean {
    return this.marked.has(key.bucket & this.mask, key.tag);
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
      if (fromClient && (state & ANY_DATA) === 0) {
        this.surroundings.probed(hostOfSource(packet), key.targetEndpoint);
      }
      this.slots[slot + 1] = 0;
    }
    if (this.mark(key) && slot < 0) this.connections++;
  }

  /** The slot of a connection, a new one if need be; -1 for one that is marked instead. */
  private slotOf(packet: Packet, key: ConnectionKey, slot: number): number {
    const { flags } = packet;
    const opens = (flags & (SYN | ACK)) === SYN;
    if ((flags & SYN) !== 0 && !opens) this.surroundings.accepted(packet, key.sourceEndpoint);
    if (slot >= 0) {
      const used = (this.slots[slot + 1] & (BOTH_FIN | ANY_DATA)) !== 0;
      return opens && used ? this.replace(slot, key, packet) : slot;
    }
    const bucket = (key.bucket & this.mask) * 4;
    const free = isFree(this.slots[bucket + 1])
      ? bucket
      : isFree(this.slots[bucket + 3])
        ? bucket + 2
        : -1;
    if (!opens && this.marked.has(key.bucket & this.mask, key.tag)) return -1;
    if (free >= 0) return this.replace(free, key, packet);
    if (opens) return this.replace(bucket + (key.tag & 2), key, packet);
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

  private replace(slot: number, key: ConnectionKey, packet: Packet): number {
    this.retire(slot);
    this.connections++;
    this.slots[slot] = key.tag;
    // Without a handshake the client is taken to be the end with the higher port.
    const clientUpper = packet.sourcePort > packet.targetPort === (key.side === 1);
    this.slots[slot + 1] = USED | (clientUpper ? CLIENT_UPPER : 0);
    return slot;
  }

  private retire(slot: number): void {
    const state = this.slots[slot + 1];
    if (state !== 0 && isSuspicious(state)) this.marked.add(slot >>> 2, this.slots[slot]);
  }
}

const isFree = (state: number): boolean => state === 0 || (state & BOTH_FIN) === BOTH_FIN;

/** Never answered, hung up on, or gone silent; a capture of one direction only is none of these. */
function isSuspicious(state: number): boolean {
  if ((state & HUNG_UP) !== 0) return true;
  if ((state & (OPENED | ANSWERED | CLIENT_WENT_ON)) === OPENED) return true;
  return (
    (state & ANSWERED) !== 0 && (state & BOTH_FIN) !== BOTH_FIN && (state & RUN_MASK) >= SILENT_RUN
  );
}

/** A slot's word after one more segment. */
function advance(before: number, flags: number, payloadLength: number, side: 0 | 1): number {
  let state = before;
  if ((flags & (SYN | ACK)) === SYN) {
    state = (state & ~CLIENT_UPPER) | OPENED | (side === 1 ? CLIENT_UPPER : 0);
  }
  const fromClient = (side === 1) === ((state & CLIENT_UPPER) !== 0);
  if (fromClient) {
    if ((flags & SYN) === 0) state |= CLIENT_WENT_ON;
    if (payloadLength > 0) state |= ANY_DATA | REQUEST_OPEN;
    if ((flags & FIN) !== 0) state |= CLIENT_FIN;
  } else {
    state |= ANSWERED;
    if (payloadLength > 0) state = (state | ANY_DATA) & ~REQUEST_OPEN;
    if ((flags & FIN) !== 0) {
      if ((state & (REQUEST_OPEN | CLIENT_FIN)) === REQUEST_OPEN) state |= HUNG_UP;
      state |= SERVER_FIN;
    }
  }
  return countRun(state, side === 1, payloadLength > 0 || (flags & (SYN | FIN)) !== 0);
}

/** Counts, up to 7, the segments in a row that one end sent while the other kept silent. */
function countRun(state: number, upper: boolean, wantsAnswer: boolean): number {
  const one = wantsAnswer ? RUN_ONE : 0;
  if (upper !== ((state & RUN_UPPER) !== 0)) {
    return (state & ~(RUN_MASK | RUN_UPPER)) | (upper ? RUN_UPPER : 0) | one;
  }
  return (state & RUN_MASK) === RUN_MASK ? state : state + one;
}
