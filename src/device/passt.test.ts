import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../test/waiting.ts';
import type { Socket } from '../host/socket.ts';
import { run } from '../live/command.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { settled } from './cable.fixture.ts';
import { EthernetDevice } from './ethernet-device.ts';
import { type Machine, openMachine } from './machine.ts';
import { connectStream } from './open-stream.ts';
import { parseSubnet } from './subnet.ts';

/** Another's implementation of the framing, of ARP, of neighbour discovery and of the TCP in between. */

const lacking = (): string | undefined => {
  if (process.platform !== 'linux') return 'passt needs Linux';
  if (process.getuid?.() !== 0) return 'a network namespace for passt needs root';
  const absent = ['passt', 'ip', 'ss'].filter((name) => spawnSync(name, ['--version']).error);
  return absent.length > 0 ? `${absent.join(', ')} must be installed` : undefined;
};

const missing = lacking();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

/** Echoes on IPv4 and IPv6; and tells what answers to a connect from within the namespace. */
const SERVER = `
  const net = require('node:net');
  net.createServer((socket) => socket.pipe(socket)).listen(8080, '::', () => console.log('ready'));
`;
const CLIENT = `
  const socket = require('node:net').connect(8081, '127.0.0.1', () => socket.end('who is there?'));
  socket.on('data', (data) => process.stdout.write(data)).on('error', (e) => console.log(e.message));
`;

describe.skipIf(missing !== undefined)('through passt', () => {
  const space = `resetlab-passt-${process.pid}`;
  const children: ChildProcess[] = [];
  let folder: string;
  let machine: Machine;

  const inSpace = (...words: readonly string[]): ChildProcess => {
    const child = spawn('ip', ['netns', 'exec', space, ...words], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    return child;
  };

  const listens = (path: string): boolean => {
    const words = ['netns', 'exec', space, 'ss', '-Hlx', 'src', path];
    return spawnSync('ip', words, { encoding: 'utf8' }).stdout !== '';
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'resetlab-'));
    const path = join(folder, 'passt.sock');
    await run('ip', 'netns', 'add', space);
    for (const words of [
      'link add v0 type veth peer name v1',
      'link set lo up',
      'link set v0 up',
      'link set v1 up',
      'addr add 192.0.2.1/24 dev v0',
      'route add default via 192.0.2.2',
      'addr add 2001:db8::1/64 dev v0 nodad',
      '-6 route add default via 2001:db8::2',
    ]) {
      await run('ip', '-n', space, ...words.split(' '));
    }
    const server = inSpace(process.execPath, '-e', SERVER);
    await new Promise((resolve) => server.stdout?.once('data', resolve));
    inSpace('passt', '--foreground', '--runas', '0:0', '--socket', path, '-t', '8081');
    // Its file is there before it listens.
    await until(() => listens(path));
    const device = new EthernetDevice(await connectStream({ path }), {
      subnets: [parseSubnet('192.0.2.1/24')!, parseSubnet('2001:db8::1/64')!],
      gateways: [parseAddress('192.0.2.2')!, parseAddress('2001:db8::2')!],
    });
    machine = openMachine(device, { addresses: device.addresses });
  });

  afterAll(async () => {
    await machine?.close();
    for (const child of children) child.kill('SIGKILL');
    await run('ip', 'netns', 'del', space);
    rmSync(folder, { recursive: true });
  });

  /** All up to the end of file, or the first `length` bytes. */
  const readAll = async (socket: Socket, length = Infinity): Promise<string> => {
    const bytes = new Uint8Array(65_536);
    const pieces: Buffer[] = [];
    for (let got = 0; got < length;) {
      const read = await settled(machine.act(() => socket.read(bytes)));
      if (typeof read !== 'number') throw read;
      if (read === 0) break;
      got += read;
      pieces.push(Buffer.from(bytes.slice(0, read)));
    }
    return Buffer.concat(pieces).toString();
  };

  // To passt, the gateway is the loopback address of the machine that it runs on.
  it.each([
    ['ARP', '192.0.2.2', 'inet'],
    ['neighbour discovery', '2001:db8::2', 'inet6'],
  ] as const)('a kernel server is found by %s and echoes', async (_, address, family) => {
    const sent = 'x'.repeat(200_000);
    const socket = machine.act(() => machine.host.process('client').socket(family));
    expect(await settled(machine.act(() => socket.connect({ address, port: 8080 })))).toBe(0);
    // Not up to a FIN: passt of 2023 passes none on to an end that has sent its own.
    const all = readAll(socket, sent.length);
    expect(await settled(machine.act(() => socket.write(Buffer.from(sent))))).toBe(sent.length);
    expect((await all) === sent).toBe(true);
    machine.act(() => socket.close());
  });

  it('a kernel client reaches our server', async () => {
    const listener = machine.act(() => {
      const socket = machine.host.process('server').socket();
      socket.bind({ address: '192.0.2.1', port: 8081 });
      socket.listen();
      return socket;
    });
    const accepting = settled(machine.act(() => listener.accept()));
    const client = inSpace(process.execPath, '-e', CLIENT);
    let heard = '';
    client.stdout?.on('data', (piece: Buffer) => (heard += piece.toString()));
    const accepted = (await accepting) as Socket;
    expect(await readAll(accepted)).toBe('who is there?');
    machine.act(() => accepted.write(Buffer.from('resetlab')));
    machine.act(() => accepted.close());
    await new Promise((resolve) => client.once('close', resolve));
    expect(heard).toBe('resetlab');
  });
});
