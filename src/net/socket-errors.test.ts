import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../test/waiting.ts';
import type { Connection } from '../tcp/connection.ts';
import type { SystemError } from './errors.ts';
import {
  closeNetworks,
  connected,
  failureOf,
  listening,
  network,
  twoNetworks,
} from './network.fixture.ts';
import { hostSocketOf, type Socket } from './socket.ts';

afterEach(closeNetworks);

const connectionOf = (socket: Socket): Connection => hostSocketOf(socket)!.connection!;

describe('errors', () => {
  it('read ECONNRESET, with the account of the reset', async () => {
    const { client, accepted } = await connected();
    const by = `127.0.0.1:${client.remotePort}`;
    accepted.resetAndDestroy();
    const error = (await failureOf(client)) as SystemError;
    expect(error).toMatchObject({
      name: 'Error',
      message: 'read ECONNRESET',
      code: 'ECONNRESET',
      errno: -104,
      syscall: 'read',
      reset: { cause: 'linger-zero', by, isOurs: false, rule: { source: 'RFC 5961 §3.2' } },
    });
    expect(error.reset?.event.kind).toBe('received');
    expect(await once(client, 'close')).toEqual([true]);
  });

  it('names a reset that came from elsewhere, but no cause for it', async () => {
    const { near, far } = twoNetworks();
    const server = far.createServer((socket) => socket.resetAndDestroy());
    const port = await listening(server, '10.0.0.2');
    const error = (await failureOf(near.connect(port, '10.0.0.2'))) as SystemError;
    expect(error).toMatchObject({ code: 'ECONNRESET', reset: { by: `10.0.0.2:${port}` } });
    expect(error.reset?.cause).toBeUndefined();
  });

  it('close with unread data resets the peer (RFC 9293 §3.6.1)', async () => {
    const { client, accepted } = await connected({ pauseOnConnect: true });
    client.write('unread');
    await until(() => connectionOf(accepted).receiveBuffer.readable > 0);
    accepted.destroy();
    expect(await failureOf(client)).toMatchObject({
      code: 'ECONNRESET',
      reset: { cause: 'close-with-unread-data' },
    });
  });

  it('write ECONNRESET to who does not read, the errno of the reset first, as Linux has it', async () => {
    const net = network();
    const server = net.createServer((socket) => socket.resetAndDestroy());
    const client = net.connect(await listening(server), '127.0.0.1').pause();
    await once(client, 'connect');
    await until(() => connectionOf(client).state === 'CLOSED');
    expect(client.destroyed).toBe(false);
    client.write('into the void');
    expect(await failureOf(client)).toMatchObject({
      message: 'write ECONNRESET',
      syscall: 'write',
      reset: { cause: 'linger-zero' },
    });
  });

  it('write EPIPE after the connection is over', async () => {
    const { client, accepted } = await connected({ allowHalfOpen: true });
    accepted.on('error', () => undefined);
    accepted.pause();
    client.destroy();
    await until(() => connectionOf(accepted).state === 'CLOSE-WAIT');
    // Data for a socket that is closed: reset, and nobody reads it.
    accepted.write('first');
    await until(() => connectionOf(accepted).state === 'CLOSED');
    accepted.write('second');
    expect(await failureOf(accepted)).toMatchObject({ message: 'write EPIPE', code: 'EPIPE' });
  });

  it('connect ECONNREFUSED, with address and port', async () => {
    const net = network();
    expect(await failureOf(net.connect(1, '127.0.0.1'))).toMatchObject({
      message: 'connect ECONNREFUSED 127.0.0.1:1',
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
      address: '127.0.0.1',
      port: 1,
      reset: { cause: 'closed-port', by: '127.0.0.1:1' },
    });
  });

  it('connect ETIMEDOUT, where nobody answers', async () => {
    const { cable, near } = twoNetworks({ tcp_syn_retries: 1, tcp_syn_linear_timeouts: 0 });
    cable.isCut = true;
    expect(await failureOf(near.connect(80, '10.0.0.2'))).toMatchObject({
      message: 'connect ETIMEDOUT 10.0.0.2:80',
    });
  });

  it('connect ENETUNREACH beyond a loopback', async () => {
    const net = network();
    expect(await failureOf(net.connect(80, '192.0.2.1'))).toMatchObject({
      message: 'connect ENETUNREACH 192.0.2.1:80 - Local (0.0.0.0:0)',
      code: 'ENETUNREACH',
    });
  });

  it('connect EADDRINUSE, with the local end that was asked for', async () => {
    const net = network();
    const port = await listening(net.createServer(), '127.0.0.1');
    const localPort = await listening(net.createServer(), '127.0.0.1');
    const client = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort });
    expect(await failureOf(client)).toMatchObject({ code: 'EADDRINUSE', port: localPort });
  });

  it('a device that is gone fails every socket to its owner', async () => {
    const { cable, near, far } = twoNetworks();
    const server = far.createServer();
    const port = await listening(server, '10.0.0.2');
    const client = near.connect(port, '10.0.0.2');
    await once(client, 'connect');
    const losses: string[] = [];
    near.onLost((why) => losses.push(why.message));
    const failures = Promise.all([failureOf(client), failureOf(server)]);
    cable.tearOut();
    expect(await failures).toMatchObject([
      { message: 'read ENETDOWN' },
      { message: 'accept ENETDOWN' },
    ]);
    expect(losses).toEqual(['the cable was torn out']);
    expect(await failureOf(near.connect(port, '10.0.0.2'))).toMatchObject({ code: 'ENETDOWN' });
  });

  it('a Unix socket is no TCP', async () => {
    const net = network();
    expect(await failureOf(net.connect({ path: '/run/x.sock' }))).toMatchObject({
      message: 'connect EAFNOSUPPORT /run/x.sock',
      address: '/run/x.sock',
    });
  });
});

describe('resetAndDestroy', () => {
  it('waits for the connection that is being made', async () => {
    const net = network();
    const server = net.createServer();
    const port = await listening(server);
    const failed = new Promise((resolve) => {
      server.on('connection', (accepted) => void accepted.on('error', resolve));
    });
    net.connect(port, '127.0.0.1').resetAndDestroy();
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
  });

  it('has nothing to reset without one', async () => {
    const client = new (network().Socket)();
    client.resetAndDestroy();
    expect(await failureOf(client)).toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  });
});
