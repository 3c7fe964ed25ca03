import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import fc from 'fast-check';
import { pass, until } from '../../test/waiting.ts';
import { cablePlace, settled } from './cable.fixture.ts';
import { EthernetDevice } from './ethernet-device.ts';
import type { FrameStream } from './frame-stream.ts';
import { type Machine, openMachine } from './machine.ts';
import { connectStream, listenForStreams } from './open-stream.ts';
import { parseSubnet } from './subnet.ts';

const HEADER = new Uint8Array(14);
const PACKET = new Uint8Array(1500);

let cable: ReturnType<typeof cablePlace>;
let server: Server;
let theirs: Socket;
let stream: FrameStream;
let machine: Machine | undefined;

/** The other end is a program of which nothing is to be expected. */
const plug = async (): Promise<void> => {
  server = createServer();
  server.listen(cable.place);
  await once(server, 'listening');
  const coming = once(server, 'connection');
  stream = await connectStream(cable.place);
  [theirs] = (await coming) as [Socket];
  theirs.on('error', () => {});
};

beforeEach(async () => {
  cable = cablePlace();
  await plug();
});

afterEach(async () => {
  await machine?.close();
  await stream.close();
  machine = undefined;
  theirs.destroy();
  server.close();
  cable.remove();
});

const open = (): Machine => {
  const device = new EthernetDevice(stream, { subnets: [parseSubnet('10.99.0.2/24')!] });
  machine = openMachine(device, { addresses: device.addresses });
  return machine;
};

/** What befalls a machine with a connect that waits for an answer, and a listener. */
const fate = async (happens: () => void): Promise<readonly string[]> => {
  const opened = open();
  const calls = opened.act(() => {
    const process = opened.host.process('application');
    const listener = process.socket();
    listener.bind({ address: '10.99.0.2', port: 80 });
    listener.listen();
    return [listener.accept(), process.socket().connect({ address: '10.99.0.1', port: 80 })];
  });
  const lost = new Promise<Error>((resolve) => opened.onLost(resolve));
  happens();
  const told = calls.map(async (call) => String(await settled<unknown>(call)));
  return [(await lost).message, ...(await Promise.all(told))];
};

const framed = (length: number, ...bytes: readonly number[]): Buffer => {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(length);
  return Buffer.concat([field, Buffer.from(bytes)]);
};

describe('a stream is lost, and the owners of sockets are told', () => {
  it.each([
    ['by a close between frames', '', 'its other end closed it'],
    [
      'by a close in the middle of a frame',
      framed(60, 1, 2, 3),
      'its other end closed it after 3 of the 60 bytes of a frame',
    ],
    [
      'by a close in the middle of a length',
      Buffer.from([0, 0]),
      'its other end closed it after 2 of the 4 bytes of a length',
    ],
    [
      'by nonsense',
      'GET / HTTP/1.1\r\n\r\n',
      'its other end sent a length of 1195725856 bytes where a frame has 14 to 65553',
    ],
  ])('%s', async (_, bytes, why) => {
    const [message, ...calls] = await fate(() => theirs.end(bytes));
    expect(message).toBe(`stream ${cable.place.path}: ${why}`);
    expect(calls).toEqual(['SocketError: accept ENETDOWN', 'SocketError: connect ENETDOWN']);
  });

  it('also if that was before it was started', async () => {
    theirs.destroy();
    await pass(20);
    const lost = await new Promise<Error>((resolve) => open().onLost(resolve));
    expect(lost.message).toMatch(/its other end closed it|EPIPE|ECONNRESET/);
  });

  it('but not told to who has closed it meanwhile', async () => {
    theirs.destroy();
    await pass(20);
    const told: string[] = [];
    stream.start({ frame: () => {}, batchEnds: () => {}, lost: (why) => told.push(why.message) });
    await stream.close();
    await pass(20);
    expect(told).toEqual([]);
  });

  it('and is told once, and not after it was closed here', async () => {
    const told: string[] = [];
    stream.start({
      frame: () => {},
      batchEnds: () => {},
      lost: (why) => told.push(why.message),
    });
    await stream.close();
    theirs.destroy();
    await pass(20);
    expect(told).toEqual([]);
  });
});

describe('a stream whose other end does not read', () => {
  it('drops what does not fit, in bounded memory, and its close does not wait for ever', async () => {
    theirs.pause();
    for (let turn = 0; turn < 20; turn += 1) {
      for (let count = 0; count < 500; count += 1) stream.send(HEADER, PACKET, 0, PACKET.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // 10,000 frames of 1518 bytes; 8.25 MiB fit here, and the kernel takes some 200 KiB.
    expect(stream.dropped).toBeGreaterThan(4000);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      let isClosed = false;
      void stream.close().then(() => (isClosed = true));
      vi.advanceTimersByTime(2000);
      await until(() => isClosed);
    } finally {
      vi.useRealTimers();
    }
  });

  it('has all that was sent when it is closed, if it reads after all', async () => {
    let got = 0;
    for (let count = 0; count < 1000; count += 1) stream.send(HEADER, PACKET, 0, PACKET.length);
    const closed = stream.close();
    theirs.on('data', (piece: Buffer) => (got += piece.length));
    await closed;
    if (!theirs.readableEnded) await once(theirs, 'end');
    expect(got).toBe(1000 * (4 + 14 + 1500));
  });
});

describe('who listens for streams', () => {
  it('lets in one at a time, and takes the place of a socket file left behind', async () => {
    const other = cablePlace();
    const first = await listenForStreams(other.place);
    const waiting = first.next();
    const one = connect(other.place);
    const taken = await waiting;
    const two = connect(other.place);
    two.resume();
    await once(two, 'close');
    expect(one.destroyed).toBe(false);
    await expect(listenForStreams(other.place)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    one.destroy();
    await taken.close();
    first.close();
    other.remove();
  });

  it('also where a listener was killed', async () => {
    const { spawnSync } = await import('node:child_process');
    const other = cablePlace();
    const program = `require('net').createServer().listen(${JSON.stringify(other.place.path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', program]);
    expect(existsSync(other.place.path)).toBe(true);
    const listener = await listenForStreams(other.place);
    listener.close();
    other.remove();
  });
});

it('an application that throws loses nothing but its own', async () => {
  const thrown: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.once('uncaughtException', (error) => thrown.push(error));
  const lengths: number[] = [];
  stream.start({
    frame: (_bytes, _offset, length) => {
      lengths.push(length);
      if (lengths.length === 1) throw new Error('a mistake of the first');
    },
    batchEnds: () => {},
    lost: () => {},
  });
  theirs.write(Buffer.concat([framed(14), Buffer.alloc(14), framed(20), Buffer.alloc(20)]));
  await until(() => thrown.length > 0 && lengths.length > 1).finally(() => {
    for (const other of others) process.on('uncaughtException', other);
  });
  expect(lengths).toEqual([14, 20]);
  expect(String(thrown[0])).toBe('Error: a mistake of the first');
});

it('garbage of any kind ends it or is dropped, and nothing throws', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const frames = fc.sample(
    fc.tuple(fc.integer({ min: 0, max: 80 }), fc.uint8Array({ minLength: 0, maxLength: 80 })),
    { seed, numRuns: 300 },
  );
  const opened = open();
  const lost = new Promise<Error>((resolve) => opened.onLost(resolve));
  for (const [length, bytes] of frames) {
    const isWhole = length >= 14;
    const frame = Buffer.alloc(isWhole ? length : 14);
    frame.set(bytes.subarray(0, frame.length));
    // Some look as if they were meant for us.
    if (bytes.length % 3 === 0) frame.set((opened.device as EthernetDevice).mac);
    if (bytes.length % 2 === 0) frame.set([8, 0], 12);
    theirs.write(Buffer.concat([framed(frame.length), frame]));
  }
  theirs.end(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  expect(
    (await lost).message,
    `SEED=${seed} npx vitest run src/device/frame-stream.test.ts`,
  ).toMatch(/sent a length of 4294967295 bytes/);
});
