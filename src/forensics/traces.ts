import type { TcpOptions } from '../wire/options.ts';
import type { Packet } from '../wire/packet.ts';
import { STARTS, type Opening } from './opening.ts';

/** A segment takes one line of memory. */
const SEGMENT_WORDS = 16;
const CHUNK_SEGMENTS = 8;
const CHUNK_WORDS = SEGMENT_WORDS * CHUNK_SEGMENTS;
const BLOCK_BITS = 10;
const CHUNKS_A_BLOCK = 1 << BLOCK_BITS;
const NONE = -1;

// Words of a segment.
const FRAME = 0;
const SECONDS = 1;
const NANOS = 2;
const SEQ = 3;
const ACK_NUMBER = 4;
const BITS = 5;
const WINDOW = 6;
const IP_ID = 7;
const LENGTH = 8;
const TSVAL = 9;
const TSECR = 10;
const INTERFACE = 11;
const OPENING = 12;
const REMAINING = 13;
const OTHERS = 14;

// Bits above flags (8) and TTL (8).
const FROM_UPPER = 1 << 16;
const HAS_TIMESTAMPS = 1 << 17;
const HAS_FASTCLOSE = 1 << 18;

/**
 * The segments of connections that nobody follows yet, 64 bytes each, as lists of small chunks: so
 * that one can be followed from its beginning once it turns out to matter. Chunks are used again;
 * a list is known by its first chunk.
 */
export class Traces {
  private readonly blocks: Int32Array[] = [];
  private next = new Int32Array(CHUNKS_A_BLOCK);
  private used = 0;
  private free = NONE;

  /** A new, empty list. */
  begin(): number {
    return this.allocate();
  }

  /** Adds segment number `count` (from 0) to a list; answers the list's last chunk from now on. */
  add(
    last: number,
    count: number,
    packet: Packet,
    options: TcpOptions,
    opening: Opening,
    side: 0 | 1,
  ): number {
    const slot = count % CHUNK_SEGMENTS;
    const chunk = slot === 0 && count > 0 ? this.append(last) : last;
    const words = this.blocks[chunk >>> BLOCK_BITS];
    const at = (chunk % CHUNKS_A_BLOCK) * CHUNK_WORDS + slot * SEGMENT_WORDS;
    words[at + FRAME] = packet.frame;
    words[at + SECONDS] = packet.seconds;
    words[at + NANOS] = packet.nanos;
    words[at + SEQ] = packet.seq;
    words[at + ACK_NUMBER] = packet.ack;
    words[at + BITS] =
      packet.flags |
      (packet.ttl << 8) |
      (side === 1 ? FROM_UPPER : 0) |
      (options.hasTimestamps ? HAS_TIMESTAMPS : 0) |
      (options.mptcpFastclose ? HAS_FASTCLOSE : 0);
    words[at + WINDOW] = packet.window;
    words[at + IP_ID] = packet.ipId;
    words[at + LENGTH] = packet.payloadLength;
    words[at + TSVAL] = options.tsval;
    words[at + TSECR] = options.tsecr;
    words[at + INTERFACE] = packet.interfaceId;
    words[at + OPENING] = packet.payloadLength === 0 ? 0 : packedOpening(opening);
    words[at + REMAINING] = opening.remaining;
    words[at + OTHERS] = ((packet.slType + 1) << 8) | (options.windowScale + 1);
    return chunk;
  }

  /** Fills in what segment number `index` of a list was; answers which side it came from. */
  read(first: number, index: number, packet: Packet, options: TcpOptions, opening: Opening): 0 | 1 {
    let chunk = first;
    for (let skip = index; skip >= CHUNK_SEGMENTS; skip -= CHUNK_SEGMENTS) chunk = this.next[chunk];
    const words = this.blocks[chunk >>> BLOCK_BITS];
    const at = (chunk % CHUNKS_A_BLOCK) * CHUNK_WORDS + (index % CHUNK_SEGMENTS) * SEGMENT_WORDS;
    const bits = words[at + BITS];
    packet.frame = words[at + FRAME];
    packet.seconds = words[at + SECONDS] >>> 0;
    packet.nanos = words[at + NANOS];
    packet.seq = words[at + SEQ];
    packet.ack = words[at + ACK_NUMBER];
    packet.flags = bits & 0xff;
    packet.ttl = (bits >>> 8) & 0xff;
    packet.window = words[at + WINDOW];
    packet.ipId = words[at + IP_ID];
    packet.payloadLength = words[at + LENGTH];
    packet.interfaceId = words[at + INTERFACE];
    packet.slType = (words[at + OTHERS] >>> 8) - 1;
    options.hasTimestamps = (bits & HAS_TIMESTAMPS) !== 0;
    options.mptcpFastclose = (bits & HAS_FASTCLOSE) !== 0;
    options.tsval = words[at + TSVAL];
    options.tsecr = words[at + TSECR];
    options.windowScale = (words[at + OTHERS] & 0xff) - 1;
    unpackOpening(words[at + OPENING], words[at + REMAINING], opening);
    return (bits & FROM_UPPER) !== 0 ? 1 : 0;
  }

  /** Gives all chunks of a list back. */
  release(first: number): void {
    let chunk = first;
    while (chunk !== NONE) {
      const after = this.next[chunk];
      this.next[chunk] = this.free;
      this.free = chunk;
      chunk = after;
    }
  }

  private append(last: number): number {
    const chunk = this.allocate();
    this.next[last] = chunk;
    return chunk;
  }

  private allocate(): number {
    let chunk = this.free;
    if (chunk !== NONE) {
      this.free = this.next[chunk];
    } else {
      chunk = this.used++;
      if (chunk % CHUNKS_A_BLOCK === 0)
        this.blocks.push(new Int32Array(CHUNKS_A_BLOCK * CHUNK_WORDS));
      if (chunk >= this.next.length) this.growNext();
    }
    this.next[chunk] = NONE;
    return chunk;
  }

  private growNext(): void {
    const next = new Int32Array(this.next.length * 2);
    next.set(this.next);
    this.next = next;
  }
}

/** Start, whether the chunks end, and the status, in one word. */
export const packedOpening = ({ start, status, isHead, endsChunks }: Opening): number =>
  STARTS.indexOf(start) | (endsChunks ? 16 : 0) | (isHead ? 32 : 0) | (status << 6);

/** Fills in what `packedOpening` and the remaining bytes say. */
export function unpackOpening(word: number, remaining: number, into: Opening): void {
  into.start = STARTS[word & 15];
  into.endsChunks = (word & 16) !== 0;
  into.isHead = (word & 32) !== 0;
  into.status = word >>> 6;
  into.remaining = remaining;
}
