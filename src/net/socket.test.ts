import { once } from 'node:events';
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SystemError } from './errors.ts';
import type { Socket } from './socket.ts';
import {
  bytesOf,
  closeNetworks,
  connected,
  failureOf,
  listening,
  network,
  pattern,
  textOf,
  twoNetworks,
} from './network.fixture.ts';

afterEach(closeNetworks);

describe('a connection', () => {
  it('carries bytes both ways, and ends in order', async () => {
    const { client, accepted } = await connected({ allowHalfOpen: true });
    client.end('question');
    expect(await textOf(accepted)).toBe('question');
    accepted.end('answer');
    expect(await textOf(client)).toBe('answer');
    for (const each of [client, accepted]) if (!each.closed) await once(each, 'close');
    expect([client.bytesWritten, client.bytesRead]).toEqual([8, 6]);
    expect([accepted.bytesWritten, accepted.bytesRead]).toEqual([6, 8]);
  });

  it('tells of its ends as node:net does', async () => {
    const { client, accepted, server } = await connected();
    const { port } = server.address()!;
    expect(client.remoteAddress).toBe('127.0.0.1');
    expect([client.remotePort, client.remoteFamily]).toEqual([port, 'IPv4']);
    expect(client.address()).toEqual({
      address: '127.0.0.1',
      family: 'IPv4',
      port: client.localPort,
    });
    // Of a listener on `::`, which takes IPv4 too (RFC 4291 §2.5.5.2).
    expect(accepted.remoteAddress).toBe('::ffff:127.0.0.1');
    expect([accepted.remotePort, accepted.remoteFamily]).toEqual([client.localPort, 'IPv6']);
    expect([client.readyState, client.pending, client.connecting]).toEqual(['open', false, false]);
    client.destroy();
    expect([client.readyState, client.pending]).toEqual(['closed', true]);
  });

  it('speaks IPv6, and every address of 127.0.0.0/8', async () => {
    const net = network();
    for (const host of ['::1', '127.0.0.1', '127.99.0.7']) {
      const server = net.createServer((socket) => socket.end(socket.localAddress));
      const port = await listening(server, host);
      expect(await textOf(net.connect({ port, host }))).toBe(host);
    }
  });

  it('hands over many megabytes whole, whatever the pieces', async () => {
    const { client, accepted } = await connected();
    const sent = pattern(6_000_000);
    for (let at = 0; at < sent.length; at += 777_777) client.write(sent.subarray(at, at + 777_777));
    client.end();
    expect((await bytesOf(accepted)).equals(sent)).toBe(true);
  });

  it('sends corked pieces as one segment', async () => {
    const { cable, near, far } = twoNetworks();
    const server = far.createServer();
    const port = await listening(server, '10.0.0.2');
    const client = near.connect({ port, host: '10.0.0.2', noDelay: true });
    const [[accepted]] = (await Promise.all([
      once(server, 'connection'),
      once(client, 'connect'),
    ])) as [[Socket], unknown];
    const sent = vi.spyOn(cable.ends[0], 'send');
    client.cork();
    client.write('one,');
    client.write('two,');
    client.write('three');
    client.uncork();
    expect(String(await once(accepted, 'data'))).toBe('one,two,three');
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it('connects anew after it was closed', async () => {
    const { client, server } = await connected();
    client.destroy();
    await once(client, 'close');
    client.connect({ port: server.address()!.port, host: '127.0.0.1' });
    const [[accepted]] = (await Promise.all([
      once(server, 'connection'),
      once(client, 'connect'),
    ])) as [[Socket], unknown];
    accepted.end('again');
    expect(await textOf(client)).toBe('again');
    expect(client.bytesRead).toBe(5);
  });
});

describe('before there is a connection', () => {
  it('keeps what is written, and its end, until there is', async () => {
    const net = network();
    const server = net.createServer((socket) => socket.pipe(socket));
    const port = await listening(server);
    const client = new net.Socket();
    client.connect(port, '127.0.0.1');
    expect([client.connecting, client.readyState]).toEqual([true, 'opening']);
    client.write('ear');
    client.end('ly');
    expect(client.bytesWritten).toBe(5);
    expect(await textOf(client)).toBe('early');
  });

  it('fails a write that nobody will ever carry', async () => {
    const net = network();
    const port = await listening(net.createServer());
    const client = net.connect(port, '127.0.0.1');
    const written = new Promise((resolve) => void client.write('x', resolve));
    client.destroy();
    expect(await written).toMatchObject({ code: 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION' });
    const unconnected = new net.Socket();
    unconnected.write('x');
    expect(await failureOf(unconnected)).toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  });

  it('takes an AbortSignal', async () => {
    const net = network();
    const port = await listening(net.createServer());
    const controller = new AbortController();
    const client = net.connect({ port, host: '127.0.0.1', signal: controller.signal });
    controller.abort();
    expect(await failureOf(client)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    expect(client.destroyed).toBe(true);
  });

  it('refuses what is no argument, with the codes of node:net', () => {
    const net = network();
    const codeOf = (work: () => unknown): unknown => {
      try {
        work();
      } catch (error) {
        return (error as SystemError).code;
      }
      return 'nothing';
    };
    const cases: [() => unknown, string][] = [
      [() => net.connect({}), 'ERR_MISSING_ARGS'],
      [() => net.connect({ port: 65_536 }), 'ERR_SOCKET_BAD_PORT'],
      [() => net.connect({ port: true as never }), 'ERR_INVALID_ARG_TYPE'],
      [() => net.connect({ port: 1, localAddress: 'here' }), 'ERR_INVALID_IP_ADDRESS'],
      [() => net.connect({ port: 1, lookup: 1 as never }), 'ERR_INVALID_ARG_TYPE'],
      [() => net.connect({ port: 1, objectMode: true } as never), 'ERR_INVALID_ARG_VALUE'],
      [() => new net.Socket().setTimeout(-1), 'ERR_OUT_OF_RANGE'],
      [() => new net.Socket().setTimeout('1' as never), 'ERR_INVALID_ARG_TYPE'],
    ];
    for (const [work, code] of cases) expect(codeOf(work), String(work)).toBe(code);
  });
});

describe('half-open', () => {
  it('goes on sending after the end of the peer, if allowed', async () => {
    const { client, accepted } = await connected({ allowHalfOpen: true });
    client.end();
    accepted.resume();
    await once(accepted, 'end');
    expect([accepted.writable, accepted.readyState]).toEqual([true, 'writeOnly']);
    accepted.end('late');
    expect(await textOf(client)).toBe('late');
  });

  it('ends with the peer if not, and says so to who still writes', async () => {
    const { client, accepted } = await connected();
    accepted.on('error', () => undefined);
    client.end();
    accepted.resume();
    await once(accepted, 'end');
    await once(accepted, 'finish');
    const failed = new Promise((resolve) => void accepted.write('late', resolve));
    expect(await failed).toMatchObject({
      code: 'EPIPE',
      message: 'This socket has been ended by the other party',
    });
  });
});

describe('asynchronous context', () => {
  it('is of who made the socket, not of whose packet came first', async () => {
    const storage = new AsyncLocalStorage<string>();
    const net = network();
    const port = await listening(net.createServer((socket) => socket.pipe(socket)));
    const ask = async (name: string): Promise<string> => {
      const client = net.connect(port, '127.0.0.1');
      const told = new Promise<string>((resolve) => {
        client.on('data', (chunk: Buffer) => resolve(`${String(chunk)} in ${storage.getStore()}`));
      });
      client.write(name);
      return told;
    };
    const asked = ['a', 'b', 'c'].map((name) => storage.run(name, () => ask(name)));
    expect(await Promise.all(asked)).toEqual(['a in a', 'b in b', 'c in c']);
  });
});
