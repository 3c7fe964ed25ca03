import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Place } from './faults.ts';
import { acceptQueueOf, unacceptedOn } from './kernel-queue.ts';
import type { ListeningOrder, ListeningReport } from './listening-thread.ts';
import type { Network, Unaccepting } from './network.ts';

/** Node 20 cannot run TypeScript: from the sources, what was built is started. */
const THREAD = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../../dist/net/faults/listening-thread.js'
    : './listening-thread.js',
  import.meta.url,
);

const BACKLOG = 128;
/** Node takes 0 for its default. The kernel holds one connection more than it is told. */
const LEAST_BACKLOG = 1;
/** Between looks at an accept queue. */
const LOOK_MS = 5;
/** A client that has just connected has its request out after so long. */
const SETTLE_MS = 20;
/** Where the accept queue cannot be seen, it is emptied so often. */
const BLIND_MS = 250;

/** On ordinary sockets. */
export const openUnaccepting: Network['openUnaccepting'] = (plan, { host, port }, onEnded) => {
  const { way, afterMs } = plan;
  if (way.cause === 'closed-port') return openClosedPort(host, port);
  if (way.cause === 'connect-timeout') return openFullQueue(host, port);
  return openClosingListener(host, port, afterMs, onEnded);
};

/** Keeps a port on which nobody listens: it is the local end of a connection to ourselves. */
const openClosedPort = async (host: string, port: number): Promise<Unaccepting> => {
  const probe = createServer();
  const place = await listening(probe, host, port);
  probe.close();
  await once(probe, 'close');
  const helper = createServer((held) => held.on('error', () => undefined));
  const { port: helperPort } = await listening(helper, host, 0);
  const holder = await connected(place.address, helperPort, place.port);
  return {
    ...place,
    close: async () => {
      // With a reset: no TIME-WAIT is to keep the port.
      holder.resetAndDestroy();
      helper.close();
      await once(helper, 'close');
    },
  };
};

/** Every SYN after the first few is dropped, since the accept queue is full. */
const openFullQueue = async (host: string, port: number): Promise<Unaccepting> => {
  const thread = new ListeningThread(host, port, LEAST_BACKLOG);
  const place = await thread.place();
  const fillers: Socket[] = [];
  for (let at = 0; at <= LEAST_BACKLOG; at += 1) {
    fillers.push(await connected(place.address, place.port));
  }
  return {
    ...place,
    close: async () => {
      for (const filler of fillers) filler.resetAndDestroy();
      await thread.end();
    },
  };
};

/**
 * Connections wait in the accept queue, and are reset as the listener closes, `afterMs` after the first
 * of them came; then it listens again.
 */
const openClosingListener = async (
  host: string,
  port: number,
  afterMs: number,
  onEnded: (peer: string) => void,
): Promise<Unaccepting> => {
  const thread = new ListeningThread(host, port, BACKLOG);
  const place = await thread.place();
  const ending = new AbortController();
  const rounds = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await sleep(LOOK_MS);
      const waiting = acceptQueueOf(place.port);
      if (waiting === 0) continue;
      await sleep(Math.max(afterMs, waiting === 'unknown' ? BLIND_MS : SETTLE_MS));
      if (ending.signal.aborted) return;
      const peers = unacceptedOn(place.port);
      const again = thread.closeListener();
      if (peers !== 'unknown') peers.forEach(onEnded);
      await again;
    }
  };
  const over = rounds();
  // That it could not listen again is told by close().
  over.catch(() => undefined);
  return {
    ...place,
    close: async () => {
      ending.abort();
      await over;
      await thread.end();
    },
  };
};

/** A listener in a thread that sleeps. */
class ListeningThread {
  private readonly worker: Worker;
  private readonly bell = new Int32Array(new SharedArrayBuffer(4));

  constructor(host: string, port: number, backlog: number) {
    const workerData: ListeningOrder = { host, port, backlog, bell: this.bell };
    this.worker = new Worker(THREAD, { workerData, execArgv: [] });
  }

  /** Where it listens; rejects with what Node says of a listener that cannot be. */
  async place(): Promise<Place> {
    const [report] = (await once(this.worker, 'message')) as [ListeningReport];
    if ('address' in report) return report;
    await this.end();
    throw Object.assign(new Error(report.message), { code: report.code });
  }

  /** Returns when it listens again. */
  async closeListener(): Promise<void> {
    Atomics.add(this.bell, 0, 1);
    Atomics.notify(this.bell, 0);
    await this.place();
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

const listening = async (
  server: ReturnType<typeof createServer>,
  host: string,
  port: number,
): Promise<Place> => {
  server.listen({ host, port });
  await once(server, 'listening');
  const place = server.address();
  if (place === null || typeof place === 'string') throw new Error('no TCP server');
  return { address: place.address, port: place.port };
};

const connected = async (host: string, port: number, localPort?: number): Promise<Socket> => {
  const local = localPort === undefined ? {} : { localAddress: host, localPort };
  const socket = connect({ host, port, ...local });
  await once(socket, 'connect');
  // What ends them is this side, or the end of the listener.
  socket.on('error', () => undefined);
  return socket;
};
