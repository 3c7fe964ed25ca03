import { setTimeout as sleep } from 'node:timers/promises';
import type { Match, Outcome, Role, Step, Variant } from '../causes/scenario.ts';
import { run } from './command.ts';
import { forgeFrom, rawPacket } from './forgery.ts';
import type { Libc } from './libc.ts';
import { type Fits, fitting } from '../causes/scenario-match.ts';
import type { HostProcess, Result } from './processes.ts';
import type { Made, ProcessStep, StepOf } from './protocol.ts';
import { sendRaw } from './raw-packet.ts';
import { sureAddress } from './socket-address.ts';
import type { LinuxStage } from './stage.ts';

/** One call of an application, and what the kernel told it. */
export interface KernelCall {
  /** Since the scenario began. */
  readonly atMs: number;
  readonly on: Role;
  /** As `read` or `close`. */
  readonly call: string;
  readonly socket: string;
  readonly outcome: Outcome;
  /** What the scenario says that Linux gives. */
  readonly expected: Outcome | undefined;
}

/** `await` gives up after so long: the scenario cannot go on. */
const AWAIT_MS = 5000;
const PIECE_MS = 5;
const IN_PIECES_MS = 50;

/** Carries out the steps of a scenario on a stage, one after the other. */
export class LinuxPlayer {
  readonly calls: KernelCall[] = [];
  private readonly libc: Libc;
  private readonly stage: LinuxStage;
  private readonly processes = new Map<Role, HostProcess>();
  /** Whose a socket is, and its local port, by its name. */
  private readonly owners = new Map<string, Role>();
  private readonly ports = new Map<string, number>();
  private beganMs = 0;

  constructor(libc: Libc, stage: LinuxStage) {
    this.libc = libc;
    this.stage = stage;
  }

  async play({ steps }: Variant): Promise<void> {
    for (const role of ['client', 'server'] as const) await this.ready(role);
    this.beganMs = performance.now();
    for (const [at, step] of steps.entries()) {
      try {
        await this.step(step);
      } catch (error) {
        const place = `step ${at + 1} (${step.do})`;
        throw new Error(`${place}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  /** Ends what still runs. */
  async end(): Promise<void> {
    for (const process of this.processes.values()) await process.kill();
  }

  private async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'destroy':
        return this.destroy(step.socket);
      case 'kill':
        return this.processes.get(step.on)?.kill();
      case 'cut power':
        return this.cutPower(step.on);
      case 'boot':
        return this.stage.boot(step.on);
      case 'sysctl':
        return this.stage.sysctl(step.on, step.name, step.value);
      case 'limit subflows':
        return this.stage.limitSubflows(step.on, step.most);
      case 'add endpoint':
        return this.stage.addEndpoint(step.on);
      case 'wait':
      case 'lose':
      case 'hold':
      case 'release':
      case 'discard':
      case 'heal':
      case 'await':
      case 'inject':
      case 'send raw':
      case 'filter':
        return this.onTheWay(step);
      case 'listen':
      case 'bind':
      case 'connect':
      case 'accept':
      case 'write':
      case 'read':
      case 'close':
      case 'shutdown':
      case 'setsockopt':
      case 'error':
      case 'disconnect':
      case 'collect':
      case 'forget':
      case 'heed SIGPIPE':
      case 'run':
        return this.order(step);
    }
  }

  /** Has the process that owns the socket do it, and writes down what it was told. */
  private async order(step: ProcessStep): Promise<void> {
    const role = this.roleOf(step);
    const target = this.stage.addressOf('to' in step && step.to ? step.to : 'server');
    const process = await this.ready(role);
    const result = await this.obeyed(process, step, target);
    if (!('socket' in step)) return;
    const expected = 'expect' in step ? step.expect : undefined;
    if ('killedBy' in result) {
      const made = { call: step.do, socket: step.socket, outcome: killed(result.killedBy) };
      this.note(role, made, expected);
      return;
    }
    if (result.port !== undefined) this.ports.set(step.socket, result.port);
    if (result.made !== undefined) this.note(role, result.made, expected);
  }

  /** What the machine shares is lent for as long as the step takes, and put right whatever happens. */
  private async obeyed(process: HostProcess, step: ProcessStep, target: string): Promise<Result> {
    if (step.do !== 'close' || step.under === undefined) return process.obey(step, target);
    const lent = await this.stage.lend(step.under.name);
    try {
      return await process.obey(step, target, lent.path);
    } finally {
      lent.takeBack();
    }
  }

  private note(on: Role, made: Made, expected: Outcome | undefined): void {
    this.calls.push({ atMs: performance.now() - this.beganMs, on, ...made, expected });
  }

  private roleOf(step: ProcessStep): Role {
    if ('on' in step) {
      if ('socket' in step) this.owners.set(step.socket, step.on);
      return step.on;
    }
    const name = step.do === 'accept' ? step.listener : step.socket;
    const owner = this.owners.get(name);
    if (owner === undefined) throw new Error(`no socket is called ${name}`);
    this.owners.set(step.socket, owner);
    return owner;
  }

  /** The process of a host, a new one where the last was killed. */
  private async ready(role: Role): Promise<HostProcess> {
    const before = this.processes.get(role);
    if (before?.isAlive) return before;
    const process = this.stage.startProcess(role, (made) => this.note(role, made, undefined));
    this.processes.set(role, process);
    // It answers as soon as it has started, and has nothing to forget.
    await process.obey({ do: 'forget all' }, '');
    return process;
  }

  /** `ss -K`: SOCK_DESTROY. */
  private async destroy(name: string): Promise<void> {
    const role = this.owners.get(name);
    if (role === undefined) throw new Error(`no socket is called ${name}`);
    const port = `:${this.portOf(name)}`;
    const words = ['ss', '-K', '-t', '-n', 'state', 'connected', 'sport', '=', port];
    await run('ip', ...this.stage.space(role).inside(...words));
  }

  private async cutPower(role: Role): Promise<void> {
    await this.stage.cutPower(role, await this.ready(role));
    this.processes.delete(role);
  }

  private async onTheWay(
    step: StepOf<
      | 'wait'
      | 'lose'
      | 'hold'
      | 'release'
      | 'discard'
      | 'heal'
      | 'await'
      | 'inject'
      | 'send raw'
      | 'filter'
    >,
  ): Promise<void> {
    const { wire } = this.stage;
    switch (step.do) {
      case 'wait':
        await this.wait(step.ms);
        return;
      case 'lose':
        wire.lose(this.fits(step.match), step.times ?? Number.POSITIVE_INFINITY);
        return;
      case 'hold':
        wire.hold(this.fits(step.match), step.times ?? 1);
        return;
      case 'release':
        wire.release();
        return;
      case 'discard':
        wire.discard();
        return;
      case 'heal':
        wire.heal();
        return;
      case 'await':
        await this.await(step.match);
        return;
      case 'inject':
        this.inject(step);
        return;
      case 'send raw':
        this.sendRaw(step);
        return;
      case 'filter':
        await this.stage.filter(step);
        return;
    }
  }

  /** The end of it in pieces: the wire is in this process, and has its turns even after a standstill. */
  private async wait(ms: number): Promise<void> {
    const endMs = Math.min(ms, IN_PIECES_MS);
    if (ms > endMs) await sleep(ms - endMs);
    for (let leftMs = endMs; leftMs > 0; leftMs -= PIECE_MS) await sleep(PIECE_MS);
  }

  private async await(match: Match): Promise<void> {
    const came = await this.stage.wire.until(this.fits(match), AWAIT_MS);
    if (came === undefined) {
      throw new Error(`in ${AWAIT_MS} ms no segment came that is ${JSON.stringify(match)}`);
    }
  }

  private inject(step: StepOf<'inject'>): void {
    const original = this.stage.wire.newest(this.fits(step.like));
    if (original === undefined) throw new Error(`no segment was ${JSON.stringify(step.like)}`);
    this.stage.wire.inject(forgeFrom(original, step));
  }

  private sendRaw(step: StepOf<'send raw'>): void {
    const [from, to] = [this.stage.addressOf('client'), this.stage.addressOf('server')];
    const source = { address: sureAddress(from), port: step.from };
    const target = { address: sureAddress(to), port: step.port };
    sendRaw(this.libc, this.stage.space('client'), rawPacket(step, source, target), to);
  }

  private fits(match: Match): Fits {
    return fitting(match, (socket) => this.portOf(socket));
  }

  private portOf(name: string): number {
    const port = this.ports.get(name);
    if (port === undefined) throw new Error(`${name} has no port yet`);
    return port;
  }
}

const killed = (signal: NodeJS.Signals): Outcome => {
  if (signal !== 'SIGPIPE') throw new Error(`a process was ended by ${signal}`);
  return 'killed by SIGPIPE';
};
