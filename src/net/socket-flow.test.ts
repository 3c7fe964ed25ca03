import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pass, until } from '../../test/waiting.ts';
import { hostSocketOf, type Socket } from './socket.ts';
import {
  bytesOf,
  closeNetworks,
  connected,
  failureOf,
  listening,
  network,
  pattern,
  twoNetworks,
} from './network.fixture.ts';

afterEach(closeNetworks);

/** What came and waits in the engine. */
const unread = (socket: Socket): number =>
  hostSocketOf(socket)?.connection?.receiveBuffer.readable ?? 0;

describe('backpressure', () => {
  it('leaves with the engine what nobody reads, until the sender has to wait', async () => {
    const { client, accepted } = await connected({ pauseOnConnect: true });
    // More than both buffers may grow to (tcp_rmem, tcp_wmem: 6 and 4 MiB).
    const sent = pattern(24_000_000);
    let isTaken = false;
    client.end(sent, () => {
      isTaken = true;
    });
    const { connection } = hostSocketOf(client)!;
    // Not a segment more fits.
    await until(() => connection!.sndWnd < connection!.sndMss);
    expect(accepted.bytesRead).toBe(0);
    expect(isTaken).toBe(false);
    expect(client.writableLength).toBe(sent.length);
    expect((await bytesOf(accepted)).equals(sent)).toBe(true);
    expect(isTaken).toBe(true);
  });

  it('says by write() and drain when to go on', async () => {
    const { client, accepted } = await connected({ pauseOnConnect: true });
    let written = 0;
    while (client.write(pattern(65_536))) written += 65_536;
    expect(written).toBeGreaterThan(0);
    accepted.resume();
    await once(client, 'drain');
    expect(client.writableLength).toBe(0);
  });

  it('stops reading while paused, with bytes in the engine', async () => {
    const { client, accepted } = await connected();
    accepted.pause();
    client.write('first');
    await until(() => accepted.bytesRead + unread(accepted) === 5);
    accepted.on('data', (chunk: Buffer) => seen.push(String(chunk)));
    const seen: string[] = [];
    accepted.pause();
    client.write('second');
    await until(() => accepted.bytesRead + unread(accepted) === 11);
    await pass(20);
    expect(seen).toEqual([]);
    accepted.resume();
    await until(() => seen.join('').length >= 11);
    expect(seen.join('')).toBe('firstsecond');
  });
});

describe('onread', () => {
  it('fills memory of the application and nothing else', async () => {
    const net = network();
    const server = net.createServer((socket) => socket.end('0123456789'));
    const port = await listening(server);
    const buffer = new Uint8Array(4);
    const seen: string[] = [];
    const client = net.connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer,
        callback: (count, memory) => {
          expect(memory).toBe(buffer);
          seen.push(Buffer.from(memory.subarray(0, count)).toString());
          return true;
        },
      },
    });
    client.on('data', () => expect.unreachable('nothing is emitted'));
    await once(client, 'end');
    expect(seen).toEqual(['0123', '4567', '89']);
  });

  it('stops where the callback says false', async () => {
    const net = network();
    const server = net.createServer((socket) => socket.end('abcdef'));
    const port = await listening(server);
    let calls = 0;
    const callback = (): boolean => {
      calls += 1;
      return false;
    };
    const client = net.connect({
      port,
      host: '127.0.0.1',
      onread: { buffer: new Uint8Array(2), callback },
    });
    await until(() => calls > 0);
    await pass(50);
    expect(calls).toBe(1);
    client.resume();
    await until(() => calls > 1);
    await pass(50);
    expect(calls).toBe(2);
  });
});

/** Time that passes only when it is told to, so that a silence is as long as it is meant to be. */
describe('setTimeout', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Packets need no time, but turns of the event loop. */
  const settle = async (): Promise<void> => {
    for (let at = 0; at < 20; at += 1) await turn();
  };

  it('tells of silence, and only of silence', async () => {
    const { client, accepted } = await connected();
    let timeouts = 0;
    client.setTimeout(120, () => {
      timeouts += 1;
    });
    client.resume();
    for (let at = 0; at < 6; at += 1) {
      vi.advanceTimersByTime(100);
      accepted.write('.');
      await once(client, 'data');
    }
    vi.advanceTimersByTime(119);
    expect(timeouts).toBe(0);
    vi.advanceTimersByTime(1);
    expect([timeouts, client.timeout, client.destroyed]).toEqual([1, 120, false]);
    vi.advanceTimersByTime(1000);
    expect(timeouts).toBe(1);
  });

  it('takes a write that advances, however slowly, for activity', async () => {
    const { client, accepted } = await connected({ pauseOnConnect: true });
    // Small buffers at both ends, so that each step shows; a window below half of the largest one waits
    // for the persist timer, 200 ms (tcp_snd_wnd_test, tcp_write_wakeup).
    hostSocketOf(client)?.setsockopt('SO_SNDBUF', 8192);
    hostSocketOf(accepted)?.setsockopt('SO_RCVBUF', 8192);
    client.setTimeout(800, () => expect.unreachable('there is progress'));
    const begun = performance.now();
    let isSent = false;
    client.write(pattern(250_000), () => (isSent = true));
    accepted.on('data', () => {
      accepted.pause();
      setTimeout(() => accepted.resume(), 25);
    });
    accepted.resume();
    const isSending = (): boolean => !isSent;
    while (isSending()) {
      vi.advanceTimersByTime(5);
      await settle();
    }
    client.setTimeout(0);
    expect(performance.now() - begun).toBeGreaterThan(800);
  });

  it('can be called off', async () => {
    const { client } = await connected();
    client.setTimeout(30, () => expect.unreachable('it was called off'));
    client.setTimeout(0);
    vi.advanceTimersByTime(80);
    expect(client.timeout).toBe(0);
  });
});

describe('options of the connection', () => {
  it('sends small pieces at once with noDelay, and holds them back without (RFC 9293 §3.7.4)', async () => {
    const { near, far } = twoNetworks();
    const server = far.createServer();
    const port = await listening(server, '10.0.0.2');
    for (const [noDelay, unsent] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const client = near.connect({ port, host: '10.0.0.2', noDelay });
      await Promise.all([once(server, 'connection'), once(client, 'connect')]);
      client.write('a');
      client.write('b');
      const { sndEnd, sndNxt } = hostSocketOf(client)!.connection!;
      expect(sndEnd - sndNxt, `noDelay ${noDelay}`).toBe(unsent);
      client.destroy();
    }
  });

  it('gives up a dead peer by keepalive', async () => {
    const settings = { tcp_keepalive_time: 1, tcp_keepalive_intvl: 1, tcp_keepalive_probes: 1 };
    const { cable, near, far } = twoNetworks(settings);
    const port = await listening(far.createServer(), '10.0.0.2');
    const client = near.connect({ port, host: '10.0.0.2', keepAlive: true });
    await once(client, 'connect');
    const by = `10.0.0.1:${client.localPort}`;
    cable.isCut = true;
    expect(await failureOf(client)).toMatchObject({
      message: 'read ETIMEDOUT',
      syscall: 'read',
      reset: { cause: 'keepalive-timeout', isOurs: true, by },
    });
  });
});
