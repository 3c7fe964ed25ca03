import { once } from 'node:events';
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FrameStream } from './frame-stream.ts';
import { placeText, type StreamPlace } from './stream-place.ts';

/**
 * Connects to where somebody waits for frames: passt, or QEMU's `-netdev stream,server=on`. Rejects
 * with the kernel's error, as ENOENT or ECONNREFUSED.
 */
export const connectStream = async (place: StreamPlace): Promise<FrameStream> =>
  new FrameStream(placeText(place), await connected(place));

const connected = async (place: StreamPlace): Promise<Socket> => {
  const socket = connect({ ...place, noDelay: true });
  await once(socket, 'connect');
  return socket;
};

/** Waits for others to bring frames, as QEMU's `-netdev stream,server=off` does; one at a time. */
export class StreamListener {
  private readonly server: Server;
  private readonly name: string;
  private waiting: ((stream: FrameStream) => void) | undefined = undefined;

  /** For `listenForStreams`. */
  constructor(server: Server, name: string) {
    this.server = server;
    this.name = name;
    server.on('connection', (socket) => this.takeIn(socket));
  }

  /** The next who comes while nobody is there; not before it is asked for. */
  next(): Promise<FrameStream> {
    if (this.waiting !== undefined) throw new Error(`${this.name}: somebody waits here already`);
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  /** Nobody is let in any more; streams that were stay. */
  close(): void {
    this.server.close();
  }

  /** A cable has two ends: whoever comes besides is sent away. */
  private takeIn(socket: Socket): void {
    const { waiting } = this;
    if (waiting === undefined) {
      socket.on('error', () => {}).destroy();
      return;
    }
    this.waiting = undefined;
    waiting(new FrameStream(this.name, socket));
  }
}

/** Rejects with the kernel's error, as EADDRINUSE; a socket file that nobody listens at is replaced. */
export const listenForStreams = async (place: StreamPlace): Promise<StreamListener> => {
  if ('path' in place) await removeStale(place.path);
  const server = createServer();
  server.listen({ ...place });
  await once(server, 'listening');
  return new StreamListener(server, placeText(place));
};

/** A socket's file outlives a listener that was killed. */
const removeStale = async (path: string): Promise<void> => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const error = await connected({ path }).then(
    (socket) => void socket.destroy(),
    (reason: NodeJS.ErrnoException) => reason,
  );
  if (error?.code === 'ECONNREFUSED') unlinkSync(path);
};
