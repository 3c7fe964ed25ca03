import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import type { Process } from '../host/process.ts';
import type { Socket } from '../host/socket.ts';
import { type Libc, loadLibc } from '../live/libc.ts';
import { Namespace } from '../live/namespaces.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { type Machine, openMachine } from './machine.ts';
import { openTunDevice } from './tun-device.ts';

/** A TUN device in a namespace: the kernel on one side, a machine of ours on the other. */

export const KERNEL = '10.99.0.1';
export const OURS = '10.99.0.2';
const KERNEL_6 = 'fd99::1';
export const OURS_6 = 'fd99::2';

/** One line that says what this machine lacks for tests with a TUN device, if anything. */
export const lacksTun = (): string | undefined => {
  if (process.platform !== 'linux') return 'a TUN device needs Linux';
  if (process.getuid?.() !== 0) return 'a TUN device in a network namespace needs root';
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
  if (spawnSync('ip', ['-V']).error !== undefined) return 'ip (iproute2) must be installed';
  return;
};

/** Namespaces of one test file are told apart by these numbers, those of processes by their id. */
const FIRST_SLOT = 900;
let slots = 0;

/** A script on the kernel's side. */
export interface Running {
  /** Its standard input says something, once. */
  tell(): void;
  hasSaid(text: string): boolean;
  readonly printed: Promise<string>;
}

export class TunStage {
  readonly space: Namespace;
  readonly machine: Machine;
  readonly application: Process;
  private readonly children: ChildProcess[] = [];

  private constructor(space: Namespace, machine: Machine) {
    this.space = space;
    this.machine = machine;
    this.application = machine.act(() => machine.host.process('application'));
    this.application.handle('SIGPIPE', 'ignore');
  }

  /** A machine with both addresses, and the kernel with its own, ready to talk. */
  static async open(offload: boolean): Promise<TunStage> {
    const space = new Namespace(await libc(), FIRST_SLOT + slots, 'tun');
    slots += 1;
    await space.make();
    const device = await openTunDevice('rl0', { offload, namespace: space.name });
    await space.ip(
      `address add ${KERNEL}/24 dev rl0`,
      `address add ${KERNEL_6}/64 dev rl0 nodad`,
      'link set rl0 up',
    );
    const addresses = [parseAddress(OURS)!, parseAddress(OURS_6)!];
    return new TunStage(space, openMachine(device, { addresses }));
  }

  /** Each connection to the port, as a socket that blocks. */
  serve(port: number, then: (socket: Socket) => void): void {
    const { application, machine } = this;
    const listener = machine.act(() => {
      const socket = application.socket('inet6');
      for (const call of [socket.bind({ address: '::', port }), socket.listen()]) {
        if (call.result instanceof Error) throw call.result;
      }
      return socket;
    });
    const next = (): void =>
      machine.act(() =>
        listener.accept().whenSettled((socket) => {
          if (socket instanceof Error) return;
          then(socket);
          next();
        }),
      );
    next();
  }

  /** Runs a script of Node on the kernel's side; what it printed, when it is over. */
  runKernel(script: string): Promise<string> {
    return this.startKernel(script).printed;
  }

  /** The same, where the test has something to say to the script meanwhile, or to hear from it. */
  startKernel(script: string): Running {
    const words = this.space.inside(process.execPath, '-e', script);
    const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.children.push(child);
    let printed = '';
    child.stdout.on('data', (data) => (printed += String(data)));
    const closed = new Promise((resolve) => child.once('close', resolve));
    return {
      tell: () => void child.stdin.end('go on'),
      hasSaid: (text) => printed.includes(text),
      printed: closed.then(() => printed.trim()),
    };
  }

  async close(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    await this.machine.close();
    await this.space.remove();
  }
}

/** Sends back what comes, until the peer has no more. */
export const echo = (socket: Socket, atEnd: () => void = () => {}): void => {
  const into = new Uint8Array(1 << 17);
  const read = (): void =>
    socket.read(into).whenSettled((count) => {
      if (count instanceof Error || count === 0) {
        atEnd();
        socket.close();
        return;
      }
      socket.write(into.subarray(0, count)).whenSettled(() => queueMicrotask(read));
    });
  read();
};

export const libc = async (): Promise<Libc> => {
  const loaded = await loadLibc();
  if (typeof loaded === 'string') throw new Error(loaded);
  return loaded;
};

/** A stage for all tests of a chapter. */
export const stageFor = (offload: boolean): (() => TunStage) => {
  let stage: TunStage | undefined;
  beforeAll(async () => {
    stage = await TunStage.open(offload);
  });
  afterAll(() => stage?.close());
  return () => stage!;
};
