import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from '../../src/device/device.ts';
import { openTunDevice } from '../../src/device/tun-device.ts';
import { lacksTun, libc } from '../../src/device/tun.fixture.ts';
import { loadLibc } from '../../src/live/libc.ts';
import { Namespace } from '../../src/live/namespaces.ts';
import { type Network, type NetworkOptions, openNetwork } from '../../src/net/index.ts';

/** A program that others wrote, in a namespace where the kernel's TCP meets ours through a TUN device. */

export const KERNEL = '10.96.0.1';
export const OURS = '10.96.0.2';
export const KERNEL_6 = 'fd96::1';
export const OURS_6 = 'fd96::2';
export const DEVICE = 'rl0';

/** Test files run in processes of their own; within one, stages are told apart by these numbers. */
const FIRST_SLOT = 970;
let slots = 0;

const loaded = await loadLibc();

/** Whether these tests cannot run; says then what is missing. Programs are looked for by `which`. */
export const cannotMeet = (...programs: readonly string[]): boolean => {
  const absent = programs.filter((name) => spawnSync('which', [name]).status !== 0);
  const lack = absent.length > 0 ? `${absent.join(', ')} must be installed` : undefined;
  const missing = lacksTun() ?? (typeof loaded === 'string' ? loaded : undefined) ?? lack;
  if (missing !== undefined) console.warn(`skipped: ${missing}`);
  return missing !== undefined;
};

export interface StageOptions extends Pick<NetworkOptions, 'settings' | 'onReset'> {
  /** Checksums and segmentation are left to the kernel, as by default. */
  readonly offload?: boolean;
  /** What the network gets in place of the device. */
  readonly wrap?: (device: Device) => Device;
}

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class PeerStage {
  readonly space: Namespace;
  readonly network: Network;
  /** Of the programs; removed with the stage. */
  readonly folder = mkdtempSync(join(tmpdir(), 'resetlab-peers-'));
  private readonly children: ChildProcessWithoutNullStreams[] = [];

  private constructor(space: Namespace, network: Network) {
    this.space = space;
    this.network = network;
  }

  static async open({ offload = true, wrap, ...rest }: StageOptions = {}): Promise<PeerStage> {
    const space = new Namespace(await libc(), FIRST_SLOT + slots, 'peer');
    slots += 1;
    await space.make();
    const tun = await openTunDevice(DEVICE, { offload, namespace: space.name });
    await space.ip(
      `address add ${KERNEL}/24 dev ${DEVICE}`,
      `address add ${KERNEL_6}/64 dev ${DEVICE} nodad`,
      `link set ${DEVICE} up`,
    );
    const device = wrap?.(tun) ?? tun;
    return new PeerStage(space, openNetwork({ device, addresses: [OURS, OURS_6], ...rest }));
  }

  /** Starts a program on the kernel's side. */
  start(program: string, words: readonly string[]): ChildProcessWithoutNullStreams {
    const child = spawn('ip', this.space.inside(program, ...words));
    this.children.push(child);
    return child;
  }

  /** Runs a program on the kernel's side to its end; `input` is what it reads. */
  run(program: string, words: readonly string[], input?: string): Promise<Ended> {
    const child = this.start(program, words);
    child.stdin.end(input);
    return endOf(child);
  }

  /** Starts a server on the kernel's side, and waits until it listens. */
  async startServer(
    port: number,
    program: string,
    words: readonly string[],
  ): Promise<ChildProcessWithoutNullStreams> {
    const child = this.start(program, words);
    const ended = endOf(child);
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!this.listens(port)) {
      if (isOver) throw new Error(`${program} ended: ${(await ended).stderr}`);
      await sleep(20);
    }
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    await this.network.close();
    await this.space.remove();
    // Programs that were killed may still be at it.
    rmSync(this.folder, { recursive: true, maxRetries: 10 });
  }

  private listens(port: number): boolean {
    const words = this.space.inside('ss', '-Hltn', `sport = :${port}`);
    return spawnSync('ip', words, { encoding: 'utf8' }).stdout !== '';
  }
}

/** Waits for the end of a program. */
export const endOf = (child: ChildProcessWithoutNullStreams): Promise<Ended> => {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that ends early does not read what it was to be given.
  child.stdin.on('error', () => undefined);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
};
