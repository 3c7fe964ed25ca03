import type { OnReadOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { invalidType } from './errors.ts';

/** Bytes of one `data` event at most, as with libuv. */
const LARGEST_CHUNK = 65_536;

/** Where received bytes go: a buffer of their own for each `data`, or memory of the application's. */
export class Inbox {
  bytesRead = 0;
  private readonly stream: Duplex;
  private readonly onread: OnReadOpts | undefined;
  private buffer: Uint8Array | undefined = undefined;

  constructor(stream: Duplex, onread: OnReadOpts | undefined) {
    this.stream = stream;
    this.onread = isComplete(onread) ? onread : undefined;
    this.turnOver();
  }

  /** The application brought its own memory. */
  get isForeign(): boolean {
    return this.onread !== undefined;
  }

  roomFor(waiting: number): Uint8Array {
    return this.buffer ?? Buffer.allocUnsafe(Math.min(waiting, LARGEST_CHUNK));
  }

  /** Whether to go on. */
  received(room: Uint8Array, count: number): boolean {
    this.bytesRead += count;
    const { onread, stream } = this;
    if (onread === undefined)
      return stream.push(count === room.length ? room : room.subarray(0, count));
    const goesOn: unknown = onread.callback.call(stream, count, room);
    this.turnOver();
    return goesOn !== false;
  }

  private turnOver(): void {
    const { onread } = this;
    if (onread === undefined) return;
    const { buffer } = onread;
    const next = typeof buffer === 'function' ? buffer() : buffer;
    if (!(next instanceof Uint8Array)) {
      throw invalidType('onread.buffer', 'an instance of Uint8Array', next);
    }
    this.buffer = next;
  }
}

/** As with node:net, half of it is none. */
const isComplete = (onread: OnReadOpts | undefined): onread is OnReadOpts =>
  typeof onread === 'object' &&
  onread !== null &&
  typeof onread.callback === 'function' &&
  (onread.buffer instanceof Uint8Array || typeof onread.buffer === 'function');
