import { ACK, RST } from '../wire/packet.ts';
import type { Connection } from './connection.ts';
import type { Side } from './story.ts';
import type { LadderRow } from './verdict.ts';

/** Segments kept on both sides of a frame that must be shown. */
const NEIGHBOURS = 6;
/** Rows kept between the beginning and the end, at most. */
const MIDDLE = 200;
/** The queue of the newest rows is tidied when so many have left it. */
const COMPACT_AT = 1024;

/** A ladder's row before it is known who the client is. */
export interface KeptRow extends Omit<LadderRow, 'seq' | 'ack' | 'fromClient'> {
  readonly side: Side;
}

interface Gap {
  readonly omitted: number;
}

/**
 * The segments of one connection: the first, the newest, and between them those around the frames
 * that must be shown. What lies in the middle of a long transfer is only counted.
 */
export class LadderBook {
  readonly connection: Connection;
  /** By side, the sequence number before the first byte; undefined: not seen. */
  readonly initial: [number | undefined, number | undefined] = [undefined, undefined];
  private readonly frames: ReadonlySet<number>;
  private readonly headRoom: number;
  private readonly tailRoom: number;
  private readonly head: KeptRow[] = [];
  private readonly middle: (KeptRow | Gap)[] = [];
  private newest: KeptRow[] = [];
  private left = 0;
  /** Rows still to be kept after the last one that must be shown. */
  private following = 0;

  constructor(
    connection: Connection,
    frames: ReadonlySet<number>,
    headRoom: number,
    tailRoom: number,
  ) {
    this.connection = connection;
    this.frames = frames;
    this.headRoom = headRoom;
    this.tailRoom = tailRoom;
  }

  /** Learns the initial sequence numbers; a reset may have been built from anything. */
  hears(side: Side, flags: number, seq: number, ack: number): void {
    if ((flags & RST) !== 0) return;
    this.initial[side] ??= seq;
    if ((flags & ACK) !== 0) this.initial[side === 0 ? 1 : 0] ??= (ack - 1) | 0;
  }

  add(row: KeptRow): void {
    if (this.head.length < this.headRoom) {
      this.head.push(row);
      return;
    }
    this.newest.push(row);
    if (this.newest.length - this.left > this.tailRoom) this.retire(this.newest[this.left++]);
    if (this.left >= COMPACT_AT) {
      this.newest = this.newest.slice(this.left);
      this.left = 0;
    }
  }

  /** In the order of the capture. */
  rows(): (KeptRow | Gap)[] {
    return [...this.head, ...this.middle, ...this.newest.slice(this.left)];
  }

  /** The oldest of the newest leaves; it is kept where it stands near a frame to be shown. */
  private retire(row: KeptRow): void {
    if (this.frames.has(row.frame)) this.following = NEIGHBOURS + 1;
    const isKept = this.following > 0 || this.comesBeforeOne();
    if (this.following > 0) this.following--;
    if (isKept && this.middle.length < MIDDLE) {
      this.middle.push(row);
      return;
    }
    const last = this.middle.at(-1);
    if (last === undefined || !('omitted' in last)) this.middle.push({ omitted: 1 });
    else this.middle[this.middle.length - 1] = { omitted: last.omitted + 1 };
  }

  private comesBeforeOne(): boolean {
    if (this.frames.size === 0) return false;
    for (let ahead = 0; ahead < NEIGHBOURS; ahead++) {
      const next = this.newest[this.left + ahead];
      if (next !== undefined && this.frames.has(next.frame)) return true;
    }
    return false;
  }
}
