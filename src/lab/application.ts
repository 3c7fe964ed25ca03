import type { CauseId } from '../causes/ids.ts';
import type { Outcome, Role, SocketOption, Step } from '../causes/scenario.ts';
import type { Call } from '../host/call.ts';
import type { Process } from '../host/process.ts';
import { SocketError } from '../host/socket-error.ts';
import type { Socket } from '../host/socket.ts';
import type { NumericOption } from '../host/socket-options.ts';
import { bytesOf } from '../causes/scenario-segments.ts';
import type { CallRecord } from './run.ts';
import type { Stage } from './stage.ts';

/** A call waits so long, if nothing else is said, before it counts as waiting in vain. */
const PATIENCE_MS = 3000;
const READ_LENGTH = 65_536;

type StepOf<Do extends Step['do']> = Extract<Step, { readonly do: Do }>;

/** How a call of the scenario waits, and what it should give. */
interface Asked {
  readonly socket: string;
  readonly withinMs?: number;
  readonly expect?: Outcome;
  readonly pending?: true;
}

interface Pending {
  readonly name: string;
  readonly call: Call<unknown>;
}

/** Options of files and structures, and all that are a number. */
const setOption = (socket: Socket, { name, value }: SocketOption): void => {
  if (name === 'O_NONBLOCK') socket.nonBlocking = value !== 0;
  else if (typeof value !== 'number') setLinger(socket, name, value);
  else sure(socket.setsockopt(name as NumericOption, value));
};

const setLinger = (socket: Socket, name: string, value: readonly number[]): void => {
  if (name !== 'SO_LINGER') throw new Error(`${name} is no structure`);
  const [onoff = 0, seconds = 0] = value;
  sure(socket.setsockopt('SO_LINGER', { onoff: onoff !== 0, seconds }));
};

/** A call that a scenario does not watch must succeed. */
const sure = (call: Call<unknown>): void => {
  if (call.result instanceof SocketError) throw call.result;
};

const payloadOf = (text: string | number): Uint8Array =>
  typeof text === 'number' ? new Uint8Array(text).fill(0x78) : bytesOf(text);

const outcomeOf = (name: string, result: unknown): Outcome => {
  if (name === 'read') return result === 0 ? 'EOF' : (result as number);
  return name === 'write' ? (result as number) : 'ok';
};

const HOWS = { SHUT_RD: 'read', SHUT_WR: 'write', SHUT_RDWR: 'both' } as const;

/** The one process of a host, its sockets by the names that the scenario gives them. */
export class Application {
  private readonly stage: Stage;
  private readonly role: Role;
  private readonly calls: CallRecord[];
  private readonly sockets = new Map<string, Socket>();
  private readonly ports = new Map<string, number>();
  private readonly pending = new Map<string, Pending>();
  private process: Process;

  constructor(stage: Stage, role: Role, calls: CallRecord[]) {
    this.stage = stage;
    this.role = role;
    this.calls = calls;
    this.process = this.newProcess();
  }

  /** A new process, after the host has come back. */
  begin(): void {
    this.sockets.clear();
    this.pending.clear();
    this.process = this.newProcess();
  }

  kill(): void {
    this.process.kill('SIGKILL');
    this.stage.machine(this.role).settle();
  }

  heedSigpipe(): void {
    this.process.handle('SIGPIPE', 'default');
  }

  /** The local port of a socket, also when it is closed by now. */
  portOf(name: string): number {
    const known = this.ports.get(name);
    if (known === undefined) throw new Error(`${name} has no port yet`);
    return known;
  }

  listen({ socket: name, port, backlog = 16, options = [] }: StepOf<'listen'>): void {
    const socket = this.newSocket(name, options);
    this.bindTo(name, socket, port);
    sure(socket.listen(backlog));
  }

  bind({ socket: name, port }: StepOf<'bind'>): void {
    this.bindTo(name, this.newSocket(name, []), port);
  }

  connect(step: StepOf<'connect'>): void {
    const { socket: name, options = [], from, initialSequence, to = 'server' } = step;
    const socket = this.newSocket(name, options);
    if (from !== undefined) this.bindTo(name, socket, from);
    if (initialSequence !== undefined) socket.setsockopt('TCP_QUEUE_SEQ', initialSequence);
    const call = socket.connect({ address: this.stage.addressOf(to), port: step.port });
    this.notePort(name, socket);
    this.conclude(step, 'connect', call);
  }

  accept(step: StepOf<'accept'>): void {
    const call = this.socket(step.listener).accept();
    this.conclude(step, 'accept', call);
    if (!(call.result instanceof SocketError) && call.settled) {
      const child = call.result as Socket;
      this.sockets.set(step.socket, child);
      this.notePort(step.socket, child);
    }
  }

  set(name: string, option: SocketOption): void {
    setOption(this.socket(name), option);
  }

  error(step: StepOf<'error'>): void {
    const { result } = this.socket(step.socket).getsockopt('SO_ERROR');
    if (result === undefined || result instanceof SocketError) {
      throw new Error(`SO_ERROR of ${step.socket} cannot be had`, { cause: result });
    }
    this.record('SO_ERROR', step, result === 0 ? 'ok' : result, undefined);
  }

  destroy(name: string): void {
    this.stage.machine(this.role).host.destroySocket(this.socket(name));
    this.stage.machine(this.role).settle();
  }

  forget(name: string): void {
    this.stage.machine(this.role).host.vanish(this.socket(name));
    this.stage.machine(this.role).settle();
  }

  collect(step: StepOf<'collect'>): void {
    const waiting = this.pending.get(step.socket);
    if (waiting === undefined) throw new Error(`nothing is pending on ${step.socket}`);
    this.pending.delete(step.socket);
    this.await(step, waiting.name, waiting.call);
  }

  call(step: StepOf<'write' | 'read' | 'close' | 'shutdown' | 'disconnect'>): void {
    const socket = this.socket(step.socket);
    switch (step.do) {
      case 'write':
        this.conclude(step, 'write', socket.write(payloadOf(step.text)));
        return;
      case 'read':
        this.conclude(step, 'read', socket.read(new Uint8Array(step.length ?? READ_LENGTH)));
        return;
      case 'close':
        this.conclude(step, 'close', this.close(step, socket));
        return;
      case 'shutdown':
        this.conclude(step, `shutdown ${step.how}`, socket.shutdown(HOWS[step.how]));
        return;
      case 'disconnect':
        this.conclude(step, 'connect AF_UNSPEC', socket.disconnect());
        return;
    }
  }

  private close({ under }: StepOf<'close'>, socket: Socket): Call<unknown> {
    return under === undefined
      ? socket.close()
      : this.stage.whileSysctl(this.role, under, () => socket.close());
  }

  has(name: string): boolean {
    return this.sockets.has(name);
  }

  /** A step with a socket that there is not. */
  lacks(step: Asked & { readonly do: string }): void {
    this.record(step.do, step, 'no socket', undefined);
  }

  /** Waits for a call as the scenario asks, and writes down what it gave. */
  private conclude(asked: Asked, name: string, call: Call<unknown>): void {
    this.stage.machine(this.role).settle();
    if (asked.pending) this.pending.set(asked.socket, { name, call });
    else this.await(asked, name, call);
  }

  private await(asked: Asked, name: string, call: Call<unknown>): void {
    const over = (): boolean => call.settled || !this.process.alive;
    this.stage.runUntil(over, asked.withinMs ?? PATIENCE_MS);
    const { result } = call;
    if (!call.settled) {
      call.cancel();
      this.record(name, asked, this.process.alive ? 'nothing' : 'killed by SIGPIPE', undefined);
    } else if (result instanceof SocketError) {
      const killed = !this.process.alive && result.code === 'EPIPE';
      this.record(name, asked, killed ? 'killed by SIGPIPE' : result.code, this.causeOf(result));
    } else {
      this.record(name, asked, outcomeOf(name, result), undefined);
    }
  }

  private record(
    call: string,
    { socket, expect }: Asked,
    outcome: Outcome,
    because: CauseId | undefined,
  ): void {
    const { now: atMs } = this.stage;
    this.calls.push({ atMs, on: this.role, call, socket, outcome, expected: expect, because });
  }

  /** Why the reset behind an error was sent, which its receiver cannot know. */
  private causeOf({ reset }: SocketError): CauseId | undefined {
    return reset === undefined ? undefined : this.stage.causeOf(reset);
  }

  private newProcess(): Process {
    const process = this.stage.machine(this.role).process(this.role);
    process.handle('SIGPIPE', 'ignore');
    return process;
  }

  private newSocket(name: string, options: readonly SocketOption[]): Socket {
    const socket = this.process.socket(this.stage.family === 4 ? 'inet' : 'inet6');
    socket.setsockopt('SO_REUSEADDR', 1);
    for (const option of options) setOption(socket, option);
    this.sockets.set(name, socket);
    return socket;
  }

  private bindTo(name: string, socket: Socket, port: number): void {
    sure(socket.bind({ address: this.stage.addressOf(this.role), port }));
    this.ports.set(name, port);
  }

  private notePort(name: string, socket: Socket): void {
    this.ports.set(name, socket.local.port);
  }

  private socket(name: string): Socket {
    const socket = this.sockets.get(name);
    if (socket === undefined) throw new Error(`no socket is called ${name}`);
    return socket;
  }
}
