import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { pass, until } from '../../../test/waiting.ts';
import { stopReading } from './ending.ts';
import * as faults from './index.ts';
import { kernelQueueOf } from './kernel-queue.ts';
import type { Queue } from './network.ts';

/** What Node's sockets do to the kernel's, on which the ways rely. */

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the queues of the kernel are seen on Linux only');

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** What came, and how it ended; over and over until that is as it must be, or 50 times in vain. */
const BUSY_CLIENT = `
  const { connect } = require('node:net');
  const once = (left) => {
    const socket = connect(Number(process.argv[1]), '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\\r\\nHost: app.test\\r\\n\\r\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    });
    let ended = 'end';
    socket.on('error', ({ code }) => (ended = code)).resume();
    socket.on('close', () => {
      const told = socket.bytesRead + ':' + ended;
      process.stdout.write(told + ' ');
      if (told !== '20:ECONNRESET' && left > 1) once(left - 1);
    });
  };
  once(50);
`;

/** Both ends of a connection; nothing is read at the server's. */
const pair = async (): Promise<{ client: Socket; server: Socket }> => {
  const listener = createServer({ pauseOnConnect: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect((listener.address() as { port: number }).port, '127.0.0.1');
  client.on('error', () => undefined);
  const [server] = (await once(listener, 'connection')) as [Socket];
  const close = (): void => {
    client.destroy();
    server.destroy();
    listener.close();
  };
  open.push({ close });
  return { client, server };
};

const queueOf = (socket: Socket): Queue | undefined => {
  const queue = kernelQueueOf(socket);
  return typeof queue === 'object' ? queue : undefined;
};

const ends = (client: Socket): Promise<string> =>
  new Promise((resolve) => {
    client.on('end', () => resolve('end'));
    client.on('error', ({ message }) => resolve(message));
    client.resume();
  });

describe.skipIf(!onLinux)('a socket of node:net', () => {
  it('that reads takes from the kernel what nobody listens for, and closes with a FIN', async () => {
    const { client, server } = await pair();
    server.resume();
    server.pause();
    client.write('hello');
    await until(() => server.bytesRead === 5);
    expect(kernelQueueOf(server)).toMatchObject({ unread: 0 });
    server.destroy();
    expect(await ends(client)).toBe('end');
  });

  it('that stops reading leaves what comes in the kernel, and closes with a reset', async () => {
    const { client, server } = await pair();
    server.once('data', () => stopReading(server));
    server.resume();
    client.write('hello');
    await until(() => server.bytesRead === 5);
    client.write('again');
    await until(() => queueOf(server)?.unread === 5);
    await pass(40);
    expect(kernelQueueOf(server)).toMatchObject({ unread: 5, peerClosed: false });
    server.destroy();
    expect(await ends(client)).toBe('read ECONNRESET');
  });

  it("has its peer's FIN told apart from bytes", async () => {
    const { client, server } = await pair();
    client.end('hello');
    await until(() => queueOf(server)?.peerClosed === true);
    expect(kernelQueueOf(server)).toEqual({ unread: 5, unsent: 0, peerClosed: true });
    server.destroy();
    await until(() => kernelQueueOf(server) === 'gone');
  });

  it('that is busy for a moment still reads what was sent before a reset, and then the reset', async () => {
    const options = { cause: 'linger-zero', moment: 'mid-response', afterBytes: 20 } as const;
    const server = await faults.server(options);
    open.push(server);
    const told = await new Promise<string>((resolve, reject) => {
      const words = ['-e', BUSY_CLIENT, String(server.port)];
      execFile(process.execPath, words, (error, out) => (error ? reject(error) : resolve(out)));
    });
    // Where both come at once, libuv tells of an end of file; on a busy machine that may happen.
    expect(told.split(' ')).toContain('20:ECONNRESET');
  });
});

it('leaves a client alone that goes before its moment', async () => {
  const server = await faults.server({ cause: 'close-with-unread-data' });
  open.push(server);
  const client = connect(server.port, server.address);
  await once(client, 'connect');
  await pass(40);
  client.end();
  expect(await ends(client)).toBe('end');
  await pass(40);
  expect({ came: server.connections, broken: server.broken }).toEqual({ came: 1, broken: [] });
});
