import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { pass, until } from '../../test/waiting.ts';
import {
  closeNetworks,
  connected,
  failureOf,
  listening,
  network,
  textOf,
  twoNetworks,
} from './network.fixture.ts';
import type { DroppedConnection } from './server.ts';
import { hostSocketOf, type Socket } from './socket.ts';

afterEach(closeNetworks);

describe('listen', () => {
  it('takes all addresses of both families, and says where', async () => {
    const net = network();
    const server = net.createServer((socket) => socket.end(socket.remoteFamily));
    expect([server.listening, server.address()]).toEqual([false, null]);
    const port = await listening(server);
    expect(server.address()).toEqual({ address: '::', family: 'IPv6', port });
    expect(await textOf(net.connect(port, '::1'))).toBe('IPv6');
    expect(await textOf(net.connect(port, '127.0.0.1'))).toBe('IPv6');
  });

  it('on one address leaves the others alone', async () => {
    const net = network();
    const port = await listening(net.createServer(), '127.0.0.1');
    expect(await failureOf(net.connect(port, '::1'))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('with ipv6Only leaves IPv4 alone', async () => {
    const net = network();
    const server = net.createServer().listen({ port: 0, host: '::', ipv6Only: true });
    await once(server, 'listening');
    const { port } = server.address()!;
    await once(net.connect(port, '::1'), 'connect');
    expect(await failureOf(net.connect(port, '127.0.0.1'))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('fails where another listens, in the words of node:net', async () => {
    const net = network();
    const port = await listening(net.createServer(), '127.0.0.1');
    expect(await failureOf(net.createServer().listen(port, '127.0.0.1'))).toMatchObject({
      message: `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
      code: 'EADDRINUSE',
      errno: -98,
      syscall: 'listen',
      address: '127.0.0.1',
      port,
    });
  });

  it('fails on an address of somebody else', async () => {
    const error = await failureOf(network().createServer().listen(80, '192.0.2.1'));
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', address: '192.0.2.1', port: 80 });
  });

  it('throws for what is no place, with the codes of node:net', async () => {
    const net = network();
    const codeOf = (work: () => unknown): unknown => {
      try {
        work();
      } catch (error) {
        return (error as { readonly code: string }).code;
      }
      return 'nothing';
    };
    expect(codeOf(() => net.createServer().listen(65_536))).toBe('ERR_SOCKET_BAD_PORT');
    expect(codeOf(() => net.createServer().listen({ host: 'x' }))).toBe('ERR_INVALID_ARG_VALUE');
    expect(codeOf(() => net.createServer('x' as never))).toBe('ERR_INVALID_ARG_TYPE');
    const server = net.createServer();
    await listening(server);
    expect(codeOf(() => server.listen(0))).toBe('ERR_SERVER_ALREADY_LISTEN');
  });

  it('ends with its AbortSignal', async () => {
    const controller = new AbortController();
    const server = network().createServer().listen({ port: 0, signal: controller.signal });
    await once(server, 'listening');
    controller.abort();
    await once(server, 'close');
    expect(server.listening).toBe(false);
  });

  it('is callable without new, as in node:net', async () => {
    const net = network();
    const server = net.Server((socket) => void socket.end('called'));
    const port = await listening(server);
    const client = net.Socket();
    expect(client).toBeInstanceOf(net.Socket);
    expect(await textOf(client.connect(port, '127.0.0.1'))).toBe('called');
  });
});

describe('backlog', () => {
  it('lets one more wait than it says; the others come in with their first data, by cookie', async () => {
    const net = network();
    const server = net.createServer();
    const accepted: unknown[] = [];
    server.on('connection', (socket) => accepted.push(socket));
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 });
    // All five in one turn of the event loop: nobody accepts meanwhile.
    const { port } = server.address()!;
    const clients = Array.from({ length: 5 }, () => net.connect(port, '127.0.0.1'));
    await Promise.all(clients.map((client) => once(client, 'connect')));
    await until(() => accepted.length >= 2);
    await pass(50);
    // sk_acceptq_is_full: one more than the backlog. The last ACKs of the others were dropped.
    expect(accepted).toHaveLength(2);
    for (const client of clients) client.write('here I am');
    await until(() => accepted.length >= 5);
    expect(accepted).toHaveLength(5);
  });
});

describe('maxConnections', () => {
  it('closes those beyond it, and tells by drop', async () => {
    const net = network();
    const server = net.createServer();
    server.maxConnections = 1;
    const port = await listening(server);
    const first = net.connect(port, '127.0.0.1');
    await once(first, 'connect');
    const second = net.connect(port, '127.0.0.1').resume();
    const ended = once(second, 'end');
    const [dropped] = (await once(server, 'drop')) as [DroppedConnection];
    expect(dropped).toEqual({
      localAddress: '::ffff:127.0.0.1',
      localPort: port,
      localFamily: 'IPv6',
      remoteAddress: '::ffff:127.0.0.1',
      remotePort: second.localPort,
      remoteFamily: 'IPv6',
    });
    await ended;
    expect(first.destroyed).toBe(false);
  });

  it('counts those that are open', async () => {
    const { server, client, accepted } = await connected();
    const count = (): Promise<number> =>
      new Promise((resolve) => void server.getConnections((_, found) => resolve(found)));
    expect(await count()).toBe(1);
    const closed = once(accepted, 'close');
    client.destroy();
    await closed;
    expect(await count()).toBe(0);
  });
});

describe('close', () => {
  it('waits for the connections that there are, and takes no more', async () => {
    const net = network();
    const { server, client, accepted } = await connected({}, net);
    const { port } = server.address()!;
    let isClosed = false;
    const closing = new Promise<unknown>((resolve) => {
      server.close((error) => {
        isClosed = true;
        resolve(error);
      });
    });
    expect(await failureOf(net.connect(port, '127.0.0.1'))).toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(isClosed).toBe(false);
    accepted.resume();
    client.end();
    expect(await closing).toBeUndefined();
  });

  it('resets who was not accepted yet, and says why', async () => {
    const net = network();
    const server = net.createServer();
    server.listen({ port: 0, host: '127.0.0.1' });
    const client = net.connect(server.address()!.port, '127.0.0.1');
    // From the moment at which the client is connected, its connection waits to be accepted.
    client.on('connect', () => void server.close());
    expect(await failureOf(client)).toMatchObject({
      code: 'ECONNRESET',
      reset: { cause: 'listener-closed' },
    });
  });

  it('says if there was nothing to close', async () => {
    const server = network().createServer();
    const error = await new Promise((resolve) => void server.close(resolve));
    expect(error).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' });
  });

  it('can listen again afterwards', async () => {
    const net = network();
    const server = net.createServer((socket) => socket.end('again'));
    const port = await listening(server, '127.0.0.1');
    server.close();
    await once(server, 'close');
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await textOf(net.connect(port, '127.0.0.1'))).toBe('again');
  });
});

describe('a server whose device is gone', () => {
  it('is told so, whether it listened before or begins to', async () => {
    const { cable, near } = twoNetworks();
    const before = near.createServer().listen(7);
    await once(before, 'listening');
    const failed = failureOf(before);
    cable.tearOut();
    expect(await failed).toMatchObject({ code: 'ENETDOWN', syscall: 'accept' });
    const after = near.createServer().listen(8);
    expect(await failureOf(after)).toMatchObject({ code: 'ENETDOWN', syscall: 'accept' });
  });
});

describe('a connection', () => {
  it('is left unread with pauseOnConnect', async () => {
    const { client, accepted } = await connected({ pauseOnConnect: true });
    client.write('waiting');
    const { connection } = hostSocketOf(accepted)!;
    await until(() => connection!.receiveBuffer.readable > 0);
    await pass(20);
    expect([accepted.bytesRead, accepted.isPaused()]).toEqual([0, true]);
    accepted.resume();
    expect(String(await once(accepted, 'data'))).toBe('waiting');
  });

  it('is destroyed if its asynchronous listener fails and failures are captured', async () => {
    const net = network();
    const server = net.createServer({ captureRejections: true });
    const failed = new Promise((resolve) => {
      // oxlint-disable-next-line typescript/no-misused-promises -- this is what is tested
      server.on('connection', async (socket: Socket) => {
        socket.on('error', resolve);
        throw new Error('in the listener');
      });
    });
    const port = await listening(server);
    net.connect(port, '127.0.0.1').on('error', () => undefined);
    expect(await failed).toMatchObject({ message: 'in the listener' });
  });
});
