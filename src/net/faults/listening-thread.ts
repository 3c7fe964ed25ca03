import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What a listening thread is asked to do. */
export interface ListeningOrder {
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  /** Rung (by Atomics.notify, at another value) when the listener is to be closed and opened again. */
  readonly bell: Int32Array;
}

/** What it answers: where it listens, or why it does not. */
export type ListeningReport =
  | { readonly address: string; readonly port: number }
  | { readonly code: string; readonly message: string };

const { host, backlog, bell, port: wanted } = workerData as ListeningOrder;

/**
 * Listens, and sleeps where its event loop would look at the socket: the kernel completes handshakes,
 * and nobody accepts them. Closed, a listener resets all that wait.
 */
const listen = (port: number): void => {
  const server = createServer();
  server.on('error', ({ code = '', message }: NodeJS.ErrnoException) => {
    parentPort?.postMessage({ code, message } satisfies ListeningReport);
  });
  server.listen({ host, port, backlog }, () => {
    const place = server.address();
    if (place === null || typeof place === 'string') return;
    parentPort?.postMessage({ address: place.address, port: place.port } satisfies ListeningReport);
    Atomics.wait(bell, 0, Atomics.load(bell, 0));
    server.close(() => listen(place.port));
  });
};

listen(wanted);
