import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, runNow, runWith } from './command.ts';
import type { Libc } from './libc.ts';

const CLONE_NEWNET = 0x4000_0000;
const PLACE = '/run/netns';

/** `resetlab-<process>-<slot>-<part>`: whose it is can be read from the name. */
const NAME = /^resetlab-(\d+)-\d+-[a-z]+$/;

/** A network namespace of our own, as `ip netns` knows it. */
export class Namespace {
  readonly name: string;
  private readonly libc: Libc;

  constructor(libc: Libc, slot: number, part: string) {
    this.libc = libc;
    this.name = `resetlab-${process.pid}-${slot}-${part}`;
  }

  get exists(): boolean {
    return existsSync(join(PLACE, this.name));
  }

  async make(): Promise<void> {
    await run('ip', 'netns', 'add', this.name);
    await this.ip('link set lo up');
  }

  /** Commands of ip(8), a line each. */
  async ip(...lines: readonly string[]): Promise<void> {
    await runWith(lines.join('\n'), 'ip', '-n', this.name, '-batch', '-');
  }

  /** The words that run a program inside. */
  inside(...words: readonly string[]): string[] {
    return ['netns', 'exec', this.name, ...words];
  }

  /** What is done meanwhile is done inside; sockets made there stay there. It must not wait. */
  enter<T>(act: () => T): T {
    return insideNamespace(this.libc, this.name, act);
  }

  /** Writes a setting by its public name, as `net.ipv4.tcp_retries2`. */
  sysctl(name: string, value: number | string): void {
    const path = join('/proc/sys', ...name.split('.'));
    this.enter(() => writeFileSync(path, String(value)));
  }

  async remove(): Promise<void> {
    if (!this.exists) return;
    const pids = await run('ip', 'netns', 'pids', this.name);
    endAll(pids);
    await run('ip', 'netns', 'del', this.name);
  }

  removeNow(): void {
    removeNamed(this.name);
  }
}

/** What is done meanwhile is done in the namespace that `ip netns` knows by this name. It must not wait. */
export const insideNamespace = <T>(libc: Libc, name: string, act: () => T): T => {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const there = openSync(join(PLACE, name), 'r');
  try {
    setns(libc, there);
    try {
      return act();
    } finally {
      setns(libc, home);
    }
  } finally {
    closeSync(there);
    closeSync(home);
  }
};

const setns = (libc: Libc, descriptor: number): void => {
  if (libc.setns(descriptor, CLONE_NEWNET) !== 0) throw new Error(`setns: ${libc.errno()}`);
};

/** A veth pair between two namespaces, both ends up, with no wait for duplicate addresses. */
export const joinSpaces = async (
  a: Namespace,
  aDevice: string,
  b: Namespace,
  bDevice: string,
): Promise<void> => {
  await a.ip(`link add ${aDevice} type veth peer name ${bDevice} netns ${b.name}`);
  for (const [space, device] of [[a, aDevice] as const, [b, bDevice] as const]) {
    space.enter(() => {
      for (const setting of ['accept_dad', 'accept_ra', 'router_solicitations']) {
        writeFileSync(`/proc/sys/net/ipv6/conf/${device}/${setting}`, '0');
      }
    });
  }
  await a.ip(`link set ${aDevice} up`);
  await b.ip(`link set ${bDevice} up`);
};

/** Removes what processes that are no more have left. */
export const sweepNamespaces = (isAlive: (process: number) => boolean): void => {
  if (!existsSync(PLACE)) return;
  for (const name of readdirSync(PLACE)) {
    const [, owner] = NAME.exec(name) ?? [];
    if (owner !== undefined && !isAlive(Number(owner))) removeNamed(name);
  }
};

const removeNamed = (name: string): void => {
  if (!existsSync(join(PLACE, name))) return;
  endAll(runNow('ip', 'netns', 'pids', name) ?? '');
  runNow('ip', 'netns', 'del', name);
};

/** Whatever runs in a namespace of ours is ours; this process only visits. */
const endAll = (pids: string): void => {
  for (const pid of pids.split(/\s+/).filter(Boolean).map(Number)) {
    if (pid === process.pid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};
