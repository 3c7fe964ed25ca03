import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pass, until } from '../../../test/waiting.ts';
import * as faults from './index.ts';

/** A proxy whose moment never comes must not be noticed. */

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const listening = async (serve: (socket: Socket) => void): Promise<number> => {
  const server: Server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => server.close() });
  return (server.address() as { port: number }).port;
};

/** In front of a server; the moment of its connections is a response of more bytes than there are. */
const through = async (serve: (socket: Socket) => void): Promise<Socket> => {
  const proxy = await faults.proxy({
    cause: 'linger-zero',
    moment: 'mid-response',
    afterBytes: Number.MAX_SAFE_INTEGER,
    upstream: { port: await listening(serve) },
  });
  open.push(proxy);
  return connect({ port: proxy.port, host: proxy.address, allowHalfOpen: true });
};

describe('a relay', () => {
  it('carries every byte both ways, and half-closes by themselves', async () => {
    const sent = Buffer.alloc(5_000_000, 'the quick brown fox ');
    const client = await through((socket) => {
      // All of it comes back, but only after the client's end of file.
      const pieces: Buffer[] = [];
      socket.on('data', (piece: Buffer) => pieces.push(piece));
      socket.on('end', () => socket.end(Buffer.concat(pieces)));
    });
    client.end(sent);
    expect((await buffer(client)).equals(sent)).toBe(true);
  });

  it('lets the server finish first while the client goes on', async () => {
    let got = '';
    const client = await through((socket) => {
      socket.end('first').on('data', (piece: Buffer) => (got += piece.toString()));
    });
    client.resume();
    await once(client, 'end');
    client.end('late');
    await once(client, 'close');
    await until(() => got.length >= 4);
    expect(got).toBe('late');
  });

  it('takes no more from a server than the client reads', async () => {
    const MOST = 40_000_000;
    let taken = 0;
    const client = await through((socket) => {
      const more = (): void => {
        while (socket.write(Buffer.alloc(65_536))) taken += 65_536;
        taken += 65_536;
      };
      socket.on('drain', more).on('error', () => undefined);
      more();
    });
    client.pause();
    await once(client, 'connect');
    let before = -1;
    const isFilling = (): boolean => taken !== before && taken < MOST;
    while (isFilling()) {
      before = taken;
      await pass(200);
    }
    // Buffers of the kernel and of four sockets, and no more.
    expect(taken).toBe(before);
    expect(taken).toBeLessThan(MOST);
    client.destroy();
  });

  it("passes the server's reset on", async () => {
    const client = await through((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    client.write('hello');
    const [error] = await once(client, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it("passes the client's reset on", async () => {
    let told: (error: Error) => void = () => undefined;
    const failed = new Promise<Error>((resolve) => (told = resolve));
    const client = await through((socket) => {
      socket.on('error', told).once('data', () => client.resetAndDestroy());
    });
    client.write('hello');
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('without a server behind', () => {
  it('resets the client, and says why', async () => {
    // A port that was only let go of could be another's by now.
    const upstream = await faults.server({ cause: 'closed-port' });
    open.push(upstream);
    const proxy = await faults.proxy({ cause: 'linger-zero', upstream });
    open.push(proxy);
    const client = connect(proxy.port, proxy.address);
    const [[error], [trouble]] = await Promise.all([once(client, 'error'), once(proxy, 'trouble')]);
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(trouble).toMatchObject({ connection: 1, error: { code: 'ECONNREFUSED' } });
    expect(proxy.broken).toEqual([]);
  });
});

describe('what is chosen', () => {
  const outcomes = async (options: Partial<faults.FaultOptions>): Promise<string> => {
    const server = await faults.server({ cause: 'closed-before-response', ...options });
    open.push(server);
    let told = '';
    for (let at = 0; at < 12; at += 1) {
      const client = connect(server.port, server.address);
      client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      told += (await buffer(client)).length > 0 ? 'o' : 'x';
    }
    return told;
  };

  it('is every so many, counted from one', async () => {
    expect(await outcomes({ every: 3 })).toBe('ooxooxooxoox');
  });

  it('is all with a probability of 1, none with 0', async () => {
    expect(await outcomes({ probability: 1 })).toBe('x'.repeat(12));
    expect(await outcomes({ probability: 0 })).toBe('o'.repeat(12));
  });

  it('is the same with the same seed, and another with another', async () => {
    const one = await outcomes({ probability: 0.5, seed: 1 });
    expect(await outcomes({ probability: 0.5, seed: 1 })).toBe(one);
    expect(await outcomes({ probability: 0.5, seed: 2 })).not.toBe(one);
  });
});

describe('idle', () => {
  it('is no connection whose request still waits for its response', async () => {
    // The silence is as long as it is told to be, however slow this process is.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    open.push({ close: () => vi.useRealTimers() });
    let asked = 0;
    let answer: () => unknown = () => undefined;
    const server = await faults.server({
      cause: 'linger-zero',
      moment: 'on-idle',
      afterMs: 60,
      serve: (stream) => {
        answer = () => stream.write('answer');
        stream.on('data', () => (asked += 1));
      },
    });
    open.push(server);
    const client = connect(server.port, server.address);
    const ask = async (): Promise<string> => {
      const before = asked;
      client.write('a question');
      await until(() => asked > before);
      // Longer than the silence that makes a connection idle.
      vi.advanceTimersByTime(150);
      await pass(20);
      const answered = once(client, 'data');
      answer();
      return String((await answered)[0]);
    };
    expect(await ask()).toBe('answer');
    vi.advanceTimersByTime(59);
    expect(await ask()).toBe('answer');
    const ended = once(client, 'error');
    vi.advanceTimersByTime(60);
    expect(await ended).toMatchObject([{ code: 'ECONNRESET' }]);
  });
});

describe('what cannot be', () => {
  it.each([
    [{ cause: 'linger-zer0' }, 'no cause is called "linger-zer0"'],
    [{ cause: 'port-scan' }, 'port-scan is nothing that a server does to its client'],
    [
      { cause: 'keepalive-race', moment: 'mid-response' },
      'keepalive-race has no moment mid-response',
    ],
    [{ cause: 'linger-zero', every: 0 }, 'every 0'],
    [{ cause: 'linger-zero', every: 2, probability: 0.5 }, 'either every or probability'],
    [{ cause: 'linger-zero', probability: 1.5 }, 'probability 1.5'],
    [{ cause: 'linger-zero', seed: 4 }, 'a seed is of use with probability only'],
    [{ cause: 'linger-zero', afterBytes: 0 }, 'afterBytes 0'],
    [{ cause: 'linger-zero', afterMs: -1 }, 'afterMs -1'],
    [{ cause: 'client-abort' }, 'client-abort needs faults.proxy'],
    [{ cause: 'closed-port', every: 2 }, 'closed-port accepts no connection'],
    [{ cause: 'half-open-restart' }, 'half-open-restart needs our TCP'],
  ])('%o throws and says why', (options, message) => {
    expect(() => faults.server(options as faults.FaultOptions)).toThrow(message);
  });

  it('rejects where it cannot listen', async () => {
    const port = await listening(() => undefined);
    for (const cause of ['linger-zero', 'closed-port', 'listener-closed'] as const) {
      await expect(faults.server({ cause, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    }
  });
});
