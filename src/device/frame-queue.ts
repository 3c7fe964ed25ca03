import { viewOf } from '../wire/byte-view.ts';
import { ETHERNET_HEADER, LARGEST_FRAME } from './frame-link.ts';
import { LENGTH_FIELD } from './frame-reader.ts';

/** Bytes of one piece; several of the largest frames. */
const PIECE = 1 << 18;
/** Pieces that may wait while another is on its way: 8 MiB, more than one connection has under way. */
const WAITING = 31;
/** Pieces that are kept to be filled again. */
const SPARE = 2;

/** Writes a piece, and calls back when its bytes may be written over. */
type WritePiece = (piece: Uint8Array, done: () => void) => void;

/**
 * Frames on their way into a stream, gathered into pieces: a write a frame costs three times as much.
 * Whatever is sent in one turn of the event loop leaves at its end. Behind a reader that does not keep
 * up, frames wait in a bounded queue, and are dropped when it is full.
 */
export class FrameQueue {
  /** Frames that found no room. */
  dropped = 0;
  private readonly write: WritePiece;
  private piece = new Uint8Array(PIECE);
  private held = 0;
  private readonly full: Uint8Array<ArrayBuffer>[] = [];
  private readonly spare: Uint8Array<ArrayBuffer>[] = [];
  private flying: Uint8Array<ArrayBuffer> | undefined = undefined;
  private isAsked = false;

  constructor(write: WritePiece) {
    this.write = write;
  }

  add(header: Uint8Array, bytes: Uint8Array, offset: number, length: number): void {
    const frame = ETHERNET_HEADER + length;
    if (frame > LARGEST_FRAME) throw new RangeError(`${frame} bytes are too long for a frame`);
    if (this.held + LENGTH_FIELD + frame > PIECE) {
      if (this.full.length === WAITING) {
        this.dropped += 1;
        return;
      }
      this.turnOver();
    }
    const { piece, held } = this;
    const at = held + LENGTH_FIELD;
    viewOf(piece).setUint32(held, frame);
    piece.set(header, at);
    piece.set(bytes.subarray(offset, offset + length), at + ETHERNET_HEADER);
    this.held = at + frame;
    if (this.isAsked || this.flying !== undefined) return;
    this.isAsked = true;
    queueMicrotask(this.flush);
  }

  /** Writes what is held, unless a piece is on its way: then it follows that one. */
  private readonly flush = (): void => {
    this.isAsked = false;
    if (this.flying !== undefined) return;
    if (this.full.length === 0 && this.held > 0) this.turnOver();
    this.flying = this.full.shift();
    if (this.flying !== undefined) this.write(this.flying, this.written);
  };

  /** Writes all that waits, in their order, without waiting; nothing may be added afterwards. */
  finish(): void {
    if (this.held > 0) this.turnOver();
    for (const piece of this.full.splice(0)) this.write(piece, () => undefined);
  }

  private readonly written = (): void => {
    const { flying, spare } = this;
    if (flying !== undefined && spare.length < SPARE) spare.push(new Uint8Array(flying.buffer));
    this.flying = undefined;
    this.flush();
  };

  /** Puts the piece at hand into the queue, and begins another. */
  private turnOver(): void {
    this.full.push(this.piece.subarray(0, this.held));
    this.piece = this.spare.pop() ?? new Uint8Array(PIECE);
    this.held = 0;
  }
}
