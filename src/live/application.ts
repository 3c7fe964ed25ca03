import type { Outcome, Protocol } from '../causes/scenario.ts';
import type { Libc } from './libc.ts';
import { runProgram } from './programs.ts';
import type { Made, Order, StepOf } from './protocol.ts';
import { RealSocket } from './sockets.ts';
import { whileSysctl } from './while-sysctl.ts';

/** A call waits so long, if nothing else is said, before it counts as waiting in vain. */
const PATIENCE_MS = 3000;
const READ_LENGTH = 65_536;
const SIGPIPE = 13;
const DEFAULT_BACKLOG = 16;

/** What an order came to: the call as the application saw it, and the socket's port. */
interface Done {
  readonly made?: Made;
  readonly port?: number;
}

type Asked = Pick<Order, 'family' | 'address' | 'target' | 'sysctl'>;

/** The sockets of a process, by the names that the scenario gives them. */
export class Application {
  private readonly libc: Libc;
  private readonly tell: (made: Made) => void;
  private readonly sockets = new Map<string, RealSocket>();

  /** `tell`: hears of the calls of programs. */
  constructor(libc: Libc, tell: (made: Made) => void) {
    this.libc = libc;
    this.tell = tell;
  }

  /** Throws where the step cannot be carried out. */
  async carryOut({ step, ...asked }: Order): Promise<Done> {
    switch (step.do) {
      case 'listen':
        return this.listen(step, asked);
      case 'bind':
        this.make(step.socket, asked).bind(asked.address, step.port);
        return { port: step.port };
      case 'connect':
        return this.connect(step, asked);
      case 'accept':
        return this.accept(step);
      case 'setsockopt':
        this.socket(step.socket).set(step);
        return {};
      case 'forget':
        this.socket(step.socket).vanish();
        return {};
      case 'forget all':
        for (const socket of this.sockets.values()) socket.vanish();
        return {};
      case 'heed SIGPIPE':
        this.libc.heedSignal(SIGPIPE);
        return {};
      case 'run':
        void runProgram(this.libc, step, asked, this.tell);
        return {};
      case 'write':
      case 'read':
      case 'close':
      case 'shutdown':
      case 'error':
      case 'disconnect':
      case 'collect':
        return { made: await this.call(step, asked) };
    }
  }

  private listen(step: StepOf<'listen'>, asked: Asked): Done {
    const { socket: name, port, backlog, options, protocol } = step;
    const socket = this.make(name, asked, protocol);
    for (const option of options ?? []) socket.set(option);
    socket.bind(asked.address, port);
    socket.listen(backlog ?? DEFAULT_BACKLOG);
    return { port };
  }

  private async connect(step: StepOf<'connect'>, asked: Asked): Promise<Done> {
    const socket = this.make(step.socket, asked, step.protocol);
    for (const option of step.options ?? []) socket.set(option);
    if (step.from !== undefined) socket.bind(asked.address, step.from);
    if (step.initialSequence !== undefined) socket.beginWith(step.initialSequence);
    if (step.pending) {
      socket.beginConnect(asked.target, step.port);
      return { port: socket.port };
    }
    const within = step.withinMs ?? PATIENCE_MS;
    const outcome = await socket.connect(asked.target, step.port, within);
    return { made: { call: 'connect', socket: step.socket, outcome }, port: socket.port };
  }

  private async accept({ listener, socket: name, withinMs }: StepOf<'accept'>): Promise<Done> {
    const accepted = await this.socket(listener).accept(withinMs ?? PATIENCE_MS);
    const made = { call: 'accept', socket: name };
    if (!(accepted instanceof RealSocket)) return { made: { ...made, outcome: accepted } };
    this.sockets.set(name, accepted);
    return { made: { ...made, outcome: 'ok' }, port: accepted.port };
  }

  private async call(
    step: StepOf<'write' | 'read' | 'close' | 'shutdown' | 'error' | 'disconnect' | 'collect'>,
    { sysctl }: Asked,
  ): Promise<Made> {
    const socket = this.socket(step.socket);
    const within = step.withinMs ?? PATIENCE_MS;
    const made = (call: string, outcome: Outcome): Made => ({ call, socket: step.socket, outcome });
    switch (step.do) {
      case 'write':
        return made('write', await socket.write(payloadOf(step.text), within));
      case 'read':
        return made('read', await socket.read(step.length ?? READ_LENGTH, within));
      case 'close':
        return made(
          'close',
          step.under === undefined || sysctl === undefined
            ? await socket.close()
            : whileSysctl(sysctl, step.under.last, () => socket.closeNow()),
        );
      case 'shutdown':
        return made(`shutdown ${step.how}`, socket.shutdown(step.how));
      case 'error':
        return made('SO_ERROR', socket.error());
      case 'disconnect':
        return made('connect AF_UNSPEC', socket.disconnect());
      case 'collect':
        return made('connect', await socket.connected(within));
    }
  }

  private make(name: string, { family }: Asked, protocol?: Protocol): RealSocket {
    const socket = RealSocket.make(this.libc, family, protocol);
    this.sockets.set(name, socket);
    return socket;
  }

  private socket(name: string): RealSocket {
    const socket = this.sockets.get(name);
    if (socket === undefined) throw new Error(`no socket is called ${name}`);
    return socket;
  }
}

/** Characters of one byte each; a number makes so many bytes of no meaning. */
const payloadOf = (text: string | number): Uint8Array =>
  typeof text === 'number' ? new Uint8Array(text).fill(0x78) : Buffer.from(text, 'latin1');
