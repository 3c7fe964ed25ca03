import type { Socket } from 'node:net';
import type { FrameLink, FrameReceiver } from './frame-link.ts';
import { FrameQueue } from './frame-queue.ts';
import { FrameReader } from './frame-reader.ts';

/**
 * How long a close waits for the other end to take what was sent, in looks at it: a process that stood
 * still meanwhile has not had the turns in which it could be taken.
 */
const GLANCE_MS = 10;
const LAST_GLANCES = 25;

/**
 * Ethernet frames over a connected Unix or TCP socket of the kernel, each behind its length. It is
 * lost when the other end closes, breaks off in the middle of a frame or sends what is no frame; who
 * owns it is told once, and the socket is closed.
 */
export class FrameStream implements FrameLink {
  readonly name: string;
  private readonly socket: Socket;
  private readonly reader = new FrameReader();
  private readonly queue: FrameQueue;
  private receiver: FrameReceiver | undefined = undefined;
  /** Why it is lost, or null if it was closed here. */
  private end: Error | null | undefined = undefined;

  /** `place`: of the socket, for messages. */
  constructor(place: string, socket: Socket) {
    this.name = `stream ${place}`;
    this.socket = socket;
    this.queue = new FrameQueue((piece, done) => void socket.write(piece, done));
    socket.setNoDelay(true);
    socket.on('error', (error) => this.lose(error.message));
    socket.on('close', () => this.lose(this.howItEnded()));
  }

  /** Frames that were not sent, since the other end did not keep up. */
  get dropped(): number {
    return this.queue.dropped;
  }

  start(receiver: FrameReceiver): void {
    if (this.receiver !== undefined) throw new Error(`${this.name} was started before`);
    this.receiver = receiver;
    const { end, socket } = this;
    if (end instanceof Error) {
      setImmediate(() => this.receiver?.lost(end));
      return;
    }
    const take = containing(receiver.frame.bind(receiver));
    socket.on('data', (piece: Buffer) => this.read(piece, take));
    socket.on('end', () => this.lose(this.howItEnded()));
  }

  send(header: Uint8Array, bytes: Uint8Array, offset: number, length: number): void {
    if (this.end === undefined) this.queue.add(header, bytes, offset, length);
  }

  ref(): void {
    this.socket.ref();
  }

  unref(): void {
    this.socket.unref();
  }

  async close(): Promise<void> {
    this.end ??= null;
    this.receiver = undefined;
    const { socket } = this;
    if (socket.closed) return;
    this.queue.finish();
    await new Promise<void>((resolve) => {
      let left = LAST_GLANCES;
      const giveUp = setInterval(() => {
        left -= 1;
        if (left === 0) socket.destroy();
      }, GLANCE_MS);
      socket.once('close', () => {
        clearInterval(giveUp);
        resolve();
      });
      // Nothing that still comes is of use to anybody.
      socket.removeAllListeners('data').resume();
      socket.end(() => socket.destroy());
    });
  }

  private read(piece: Buffer, take: FrameReceiver['frame']): void {
    if (this.end !== undefined) return;
    const wrong = this.reader.read(piece, take);
    this.receiver?.batchEnds();
    if (wrong !== undefined) this.lose(`its other end sent ${wrong}`);
  }

  private howItEnded(): string {
    const unfinished = this.reader.unfinished();
    const where = unfinished === undefined ? '' : ` after ${unfinished}`;
    return `its other end closed it${where}`;
  }

  private lose(why: string): void {
    if (this.end !== undefined) return;
    this.end = new Error(`${this.name}: ${why}`);
    this.socket.destroy();
    this.receiver?.lost(this.end);
  }
}

/** What an application throws meanwhile is its own affair: the rest of the piece must not be lost. */
const containing =
  (take: FrameReceiver['frame']): FrameReceiver['frame'] =>
  (bytes, offset, length) => {
    try {
      take(bytes, offset, length);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  };
