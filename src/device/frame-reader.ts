import { viewOf } from '../wire/byte-view.ts';
import { ETHERNET_HEADER, LARGEST_FRAME } from './frame-link.ts';

/** Before each frame stands its length, big-endian (QEMU's `-netdev stream`, passt). */
export const LENGTH_FIELD = 4;

type TakeFrame = (bytes: Uint8Array, offset: number, length: number) => void;

/** Takes frames out of a stream that comes in pieces of any size. */
export class FrameReader {
  /** Length and frame, as far as they have come, of one that a piece ended in. */
  private readonly partial = new Uint8Array(LENGTH_FIELD + LARGEST_FRAME);
  private held = 0;

  /**
   * Hands on each frame that is complete with this piece. Returns what is wrong if the stream is none
   * of frames; it must not be read any further then.
   */
  read(piece: Uint8Array, take: TakeFrame): string | undefined {
    let at = 0;
    if (this.held > 0) {
      at = this.complete(piece, take);
      if (at < 0) return this.wrongLength(this.partial, 0);
    }
    while (piece.length - at >= LENGTH_FIELD) {
      const length = lengthAt(piece, at);
      if (!isPossible(length)) return this.wrongLength(piece, at);
      const next = at + LENGTH_FIELD + length;
      if (next > piece.length) break;
      take(piece, at + LENGTH_FIELD, length);
      at = next;
    }
    this.hold(piece, at, piece.length - at);
    return undefined;
  }

  /** How much of an unfinished frame has come, in words; undefined between frames. */
  unfinished(): string | undefined {
    if (this.held === 0) return undefined;
    if (this.held < LENGTH_FIELD) return `${this.held} of the ${LENGTH_FIELD} bytes of a length`;
    return `${this.held - LENGTH_FIELD} of the ${lengthAt(this.partial, 0)} bytes of a frame`;
  }

  /** Ends the frame that was begun, if this piece has enough; where the next begins, -1 if none can. */
  private complete(piece: Uint8Array, take: TakeFrame): number {
    let at = this.fill(piece, 0, LENGTH_FIELD);
    if (this.held < LENGTH_FIELD) return at;
    const length = lengthAt(this.partial, 0);
    if (!isPossible(length)) return -1;
    at = this.fill(piece, at, LENGTH_FIELD + length);
    if (this.held < LENGTH_FIELD + length) return at;
    this.held = 0;
    take(this.partial, LENGTH_FIELD, length);
    return at;
  }

  /** Holds `wanted` bytes, or as many as there are. */
  private fill(piece: Uint8Array, at: number, wanted: number): number {
    const taken = Math.min(Math.max(wanted - this.held, 0), piece.length - at);
    this.hold(piece, at, taken);
    return at + taken;
  }

  private hold(piece: Uint8Array, at: number, length: number): void {
    if (length <= 0) return;
    this.partial.set(piece.subarray(at, at + length), this.held);
    this.held += length;
  }

  private wrongLength(bytes: Uint8Array, at: number): string {
    const length = lengthAt(bytes, at);
    return `a length of ${length} bytes where a frame has ${ETHERNET_HEADER} to ${LARGEST_FRAME}`;
  }
}

const lengthAt = (bytes: Uint8Array, at: number): number =>
  viewOf(bytes).getUint32(bytes.byteOffset + at);

const isPossible = (length: number): boolean =>
  length >= ETHERNET_HEADER && length <= LARGEST_FRAME;
