import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pass, until } from '../../test/waiting.ts';
import type { Outcome } from '../host/call.ts';
import type { Socket } from '../host/socket.ts';
import type { Connection } from '../tcp/connection.ts';
import { openDevice } from '../live/device.ts';
import { loadLibc } from '../live/libc.ts';
import { openTunDevice } from './tun-device.ts';
import { echo, KERNEL, lacksTun, libc, OURS, OURS_6, stageFor, TunStage } from './tun.fixture.ts';

const loaded = await loadLibc();
const missing = lacksTun() ?? (typeof loaded === 'string' ? loaded : undefined);
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const BYTES = 30_000_000;

/** The kernel's client: sends a pattern, wants it back, and says whether it came back whole. */
const ECHO_CLIENT = (address: string, port: number, bytes: number): string => `
  const { connect } = require('node:net');
  const { createHash } = require('node:crypto');
  const text = Buffer.allocUnsafe(1 << 16);
  for (let at = 0; at < text.length; at += 1) text[at] = (at * 7 + (at >> 8)) & 255;
  const sent = createHash('sha256'), came = createHash('sha256');
  let left = ${bytes}, back = 0;
  const socket = connect(${port}, '${address}', () => {
    const write = () => {
      while (left > 0) {
        const piece = text.subarray(0, Math.min(left, 1 + (left * 31) % text.length));
        left -= piece.length;
        sent.update(piece);
        if (!socket.write(piece)) return socket.once('drain', write);
      }
      socket.end();
    };
    write();
  });
  socket.on('data', (data) => { back += data.length; came.update(data); });
  socket.on('error', (error) => console.log(error.message));
  socket.on('end', () => console.log(back, sent.digest('hex') === came.digest('hex')));
`;

describe.skipIf(missing !== undefined).each([
  ['segments and checksums made by the kernel', true],
  ['segments and checksums of our own', false],
])('a TUN device with %s', (_, offload) => {
  const stage = stageFor(offload);

  // The kernel's segments: 1500 less the headers and 12 bytes of timestamps.
  it.each([
    [OURS, 1904, 1500 - 20 - 20 - 12],
    [OURS_6, 1906, 1500 - 40 - 20 - 12],
  ])('carries bulk both ways whole, to %s', async (address, port, segmentSize) => {
    const { machine } = stage();
    expect(machine.device.offload).toMatchObject({ checksums: offload });
    expect(machine.device.mtu).toBe(1500);
    let receivedMss = 0;
    stage().serve(port, (socket) => {
      const { connection } = socket;
      echo(socket, () => (receivedMss = connection!.rcvMss));
    });
    expect(await stage().runKernel(ECHO_CLIENT(address, port, BYTES))).toBe(`${BYTES} true`);
    expect(receivedMss).toBe(segmentSize);
    // The last acknowledgement may come after the client has gone.
    await until(() => machine.host.counts().connections === 0);
  });

  it('goes on after garbage: packets cut short, random ones, segments bent in every field', async () => {
    const { machine, space } = stage();
    stage().serve(7, echo);
    const client = stage().runKernel(ECHO_CLIENT(OURS, 7, 5_000_000));
    const calls = await libc();
    const socket = openDevice(calls, space, 'rl0');
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const random = generator(seed);
    for (let sent = 0; sent < 5000; sent += 1) {
      const bytes = garbage(random);
      calls.send(socket, bytes, bytes.length, 0);
      if (sent % 100 === 0) await pass(1);
    }
    calls.close(socket);
    expect(await client, `SEED=${seed}`).toBe('5000000 true');
    expect(await stage().runKernel(ECHO_CLIENT(OURS, 7, 1000))).toBe('1000 true');
    expect(machine.lost).toBe(undefined);
  });

  it('holds back a writer whose peer does not read, with bounded memory, until it does', async () => {
    const text = new Uint8Array(40_000_000);
    let writing: Outcome<number> | 'pending' = 'pending';
    let connection: Connection | undefined = undefined;
    stage().serve(1900, (socket) => {
      ({ connection } = socket);
      socket.write(text).whenSettled((outcome) => {
        writing = outcome;
        socket.close();
      });
    });
    const reader = stage().startKernel(`
      const socket = require('node:net').connect(1900, '${OURS}');
      let bytes = 0;
      socket.pause().on('data', (data) => (bytes += data.length)).on('end', () => console.log(bytes));
      process.stdin.once('data', () => socket.resume());
    `);
    const isHeldBack = ({ sndWnd, sndMss }: Connection): boolean => sndWnd < sndMss;
    await until(() => connection !== undefined && isHeldBack(connection));
    await pass(300);
    expect(writing).toBe('pending');
    // tcp_wmem's most is 4 MiB.
    expect(connection!.sendBuffer.length).toBeLessThanOrEqual(4 << 20);
    reader.tell();
    expect(await reader.printed).toBe('40000000');
    expect(writing).toBe(40_000_000);
  });

  it('drops what it sends while the interface is down, as a cable would, and goes on after', async () => {
    const { space, machine } = stage();
    let server: Socket | undefined;
    stage().serve(1901, (socket) => (server = socket));
    const client = stage().runKernel(`
      const socket = require('node:net').connect(1901, '${OURS}');
      socket.on('data', (data) => process.stdout.write(data)).on('end', () => socket.end());
    `);
    await until(() => server !== undefined);
    await space.ip('link set rl0 down');
    machine.act(() => server!.write(new TextEncoder().encode('meanwhile')));
    await pass(300);
    expect(machine.lost).toBe(undefined);
    await space.ip('link set rl0 up');
    machine.act(() => server!.close());
    expect(await client).toBe('meanwhile');
  });
});

describe.skipIf(missing !== undefined)('a TUN device that is removed', () => {
  it('ends open sockets with ENETDOWN, tells their owners and the machine’s, and nothing hangs', async () => {
    const stage = await TunStage.open(true);
    try {
      const { machine, application, space } = stage;
      const told: string[] = [];
      const tell = (outcome: unknown): void => void told.push((outcome as Error).message);
      machine.onLost((why) => void told.push(why.message));
      let isServed = false;
      stage.serve(7, (socket) => {
        socket.read(new Uint8Array(10)).whenSettled(tell);
        isServed = true;
      });
      const client = stage.runKernel(
        `require('node:net').connect(7, '${OURS}', () => console.log('connected'))`,
      );
      await until(() => isServed);
      const dialling = machine.act(() => application.socket());
      machine.act(() => dialling.connect({ address: '10.99.0.77', port: 1 }).whenSettled(tell));
      await space.ip('link delete rl0');
      await until(() => machine.lost !== undefined);
      expect(told).toEqual(
        expect.arrayContaining([
          'read ENETDOWN',
          'connect ENETDOWN',
          expect.stringMatching(/^tun rl0 is gone: /),
        ]),
      );
      const late = machine.act(() => application.socket().connect({ address: KERNEL, port: 1 }));
      expect(String(late.result)).toContain('connect ENETDOWN');
      expect(machine.host.counts().connections).toBe(0);
      // Nothing is left to hold the process, nor to let go of.
      machine.ref();
      machine.unref();
      void client;
    } finally {
      await stage.close();
    }
  });

  it('says in one line why it could not be opened', async () => {
    await expect(openTunDevice('a-name-that-is-too-long')).rejects.toThrow(
      /is no name of a device/,
    );
    await expect(openTunDevice('rl0', { namespace: 'resetlab-none' })).rejects.toThrow(/ENOENT/);
  });
});

describe.skipIf(missing !== undefined)('a process with a machine', () => {
  const PROGRAM = `
    import { openTunDevice } from '${fileURLToPath(new URL('../../dist/device/tun-device.js', import.meta.url))}';
    import { openMachine } from '${fileURLToPath(new URL('../../dist/device/machine.js', import.meta.url))}';
    import { parseAddress } from '${fileURLToPath(new URL('../../dist/wire/ip-address.js', import.meta.url))}';
    const device = await openTunDevice('rl0');
    const machine = openMachine(device, { addresses: [parseAddress('${OURS}')] });
    machine.act(() => machine.host.process('p').socket().connect({ address: '${KERNEL}', port: 1 }));
  `;
  /** A process that does this after having opened everything, and says so. */
  const begun = async (stage: TunStage, last: string): Promise<ChildProcess> => {
    const words = ['--input-type=module', '-e', `${PROGRAM + last} console.log('done');`];
    const child = spawn('ip', stage.space.inside(process.execPath, ...words), {
      stdio: ['inherit', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  };

  const codeOf = async (child: ChildProcess): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  };

  it('ends when nothing else is left after unref or close, and stays without', async () => {
    const stage = await TunStage.open(false);
    try {
      // The stage's own device has another name than the program's.
      await stage.space.ip('link delete rl0');
      for (const last of ['machine.unref();', 'await machine.close();']) {
        const child = await begun(stage, last);
        expect(await codeOf(child), last).toBe(0);
      }
      const stays = await begun(stage, 'machine.unref(); machine.ref();');
      await pass(2000);
      stays.kill('SIGKILL');
      expect(await codeOf(stays)).toBe(null);
    } finally {
      await stage.close();
    }
  });
});

describe.skipIf(missing !== undefined)(
  'a TUN device to which a long row of packets is sent',
  () => {
    const ROW = 2000;
    /**
     * Counts UDP datagrams on port 9 until it is told that no more are sent, and none came for 25 looks.
     * Those for which its buffer had no room, while this process had no turn, have come as well.
     */
    const COUNT = `
    const { readFileSync } = require('node:fs');
    const socket = require('node:dgram').createSocket({ type: 'udp4', recvBufferSize: 1 << 22 });
    let count = 0, last = -1, isInOrder = true, idle = 0;
    const dropped = () => {
      const rows = readFileSync('/proc/self/net/udp', 'latin1').trim().split('\\n');
      const row = rows.find((one) => / [0-9A-F]{8}:0009 /.test(one));
      return Number(row.trim().split(/\\s+/).at(-1));
    };
    const look = () => {
      idle += 1;
      if (idle < 25) return;
      console.log(count + dropped(), isInOrder);
      process.exit();
    };
    socket.on('message', (data) => {
      count += 1;
      idle = 0;
      isInOrder &&= data.readUInt32BE(0) > last;
      last = data.readUInt32BE(0);
    });
    socket.bind(9, () => console.log('counting'));
    process.stdin.once('data', () => setInterval(look, 20));
  `;
    const program = (last: string): string => `
    import { openTunDevice } from '${fileURLToPath(new URL('../../dist/device/tun-device.js', import.meta.url))}';
    const device = await openTunDevice('rl0', { offload: false });
    device.start({ packet() {}, batchEnds() {}, lost(why) { throw why; } });
    const packet = Buffer.alloc(60);
    const header = [0x45, 0, 0, 60, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 99, 0, 2, 10, 99, 0, 1];
    packet.set([...header, 0, 9, 0, 9, 0, 40, 0, 0]);
    let sum = 0;
    for (let at = 0; at < 20; at += 2) sum += packet.readUInt16BE(at);
    packet.writeUInt16BE(0xffff - ((sum & 0xffff) + (sum >>> 16)), 10);
    const row = (from, to) => {
      for (let at = from; at < to; at += 1) {
        packet.writeUInt32BE(at, 28);
        device.send(packet, 0, 60, 0);
      }
    };
    row(0, 100);
    await new Promise((resolve) => setTimeout(resolve, 500));
    row(100, ${ROW});
    ${last}
  `;

    it.each([
      ['the process ends at once', 'process.exit(0);'],
      ['the device is closed', 'await device.close(); process.exit(0);'],
    ])('has written them all, in order, when %s', async (_, last) => {
      const stage = await TunStage.open(false);
      try {
        // Kept by its settings alone: the program attaches to it in the stage's place.
        await stage.space.ip('link delete rl0', 'tuntap add dev rl0 mode tun');
        await stage.space.ip('address add 10.99.0.1/24 dev rl0', 'link set rl0 up');
        const counting = stage.startKernel(COUNT);
        await until(() => counting.hasSaid('counting'));
        const words = ['--input-type=module', '-e', program(last)];
        const sender = spawn('ip', stage.space.inside(process.execPath, ...words), {
          stdio: 'inherit',
        });
        expect(await once(sender, 'exit')).toEqual([0, null]);
        counting.tell();
        expect(await counting.printed).toBe(`counting\n${ROW} true`);
      } finally {
        await stage.close();
      }
    });
  },
);

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
const generator = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Like a segment to the echo port, from the first byte to the last, but for what chance bends. */
const garbage = (random: () => number): Uint8Array => {
  const length = Math.floor(random() * 120);
  const bytes = Uint8Array.from({ length }, () => Math.floor(random() * 256));
  if (random() < 0.3) return bytes;
  const header = [0x45, 0, 0, length, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 99, 0, 1, 10, 99, 0, 2];
  bytes.set([...header, 0x80, 0, 0, 7].slice(0, length));
  if (random() < 0.5 && length >= 20) sealHeader(bytes);
  const at = Math.floor(random() * length);
  if (random() < 0.5 && length > 0) bytes[at] = bytes[at]! ^ (1 << (random() * 8));
  return bytes;
};

/** The checksum of an IPv4 header (RFC 1071), so that what is behind it is looked at. */
const sealHeader = (bytes: Uint8Array): void => {
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes[10] = ~sum >> 8;
  bytes[11] = ~sum;
};
