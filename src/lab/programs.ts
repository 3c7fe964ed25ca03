import type { Outcome, ProgramName, Role } from '../causes/scenario.ts';
import type { Call } from '../host/call.ts';
import type { Process } from '../host/process.ts';
import { SocketError } from '../host/socket-error.ts';
import type { Socket } from '../host/socket.ts';
import { type Program, sleep, wait, type Waiting } from '../sim/program.ts';
import { bytesOf } from '../causes/scenario-segments.ts';
import type { CallRecord } from './run.ts';
import type { Stage } from './stage.ts';

/** What starts a program. */
interface Start {
  readonly on: Role;
  readonly program: ProgramName;
  readonly port: number;
  /** What is typed into it. */
  readonly line?: string;
}

/** How the three servers differ, in the places where the document changes a line. */
interface ServerManner {
  /** SO_LINGER with 0 seconds on each connection. */
  readonly lingerZero: boolean;
  /** Bytes asked for in one read(). */
  readonly length: number;
}

const MAX_BUF = 1024;
const OPEN_MAX = 1024;
const BACKLOG = 5;

const SERVERS: Partial<Record<ProgramName, ServerManner>> = {
  'poll server, SO_LINGER 0': { lingerZero: true, length: MAX_BUF },
  'poll server, reads 5 bytes': { lingerZero: false, length: 5 },
  'poll server, closes after read': { lingerZero: false, length: MAX_BUF },
};

/** Starts one of the programs of the first document, in a process of its own. */
export const startProgram = (stage: Stage, start: Start, calls: CallRecord[]): void => {
  const { on, program, port, line = '' } = start;
  const machine = stage.machine(on);
  const process = machine.process(program);
  const console = new Console(stage, on, calls);
  const manner = SERVERS[program];
  if (manner !== undefined) {
    machine.run(program, pollServer(process, stage, port, manner, console));
    return;
  }
  const twice = program === 'client that writes twice';
  // fgets() keeps the line feed.
  const typed = bytesOf(`${line}\n`);
  machine.run(program, client(process, stage, port, typed, twice, console), () => {
    // What ends a process closes its sockets.
    process.kill('SIGTERM');
    machine.settle();
  });
};

/** Writes down what the calls of a program gave. */
class Console {
  private readonly stage: Stage;
  private readonly on: Role;
  private readonly calls: CallRecord[];

  constructor(stage: Stage, on: Role, calls: CallRecord[]) {
    this.stage = stage;
    this.on = on;
    this.calls = calls;
  }

  *told<T>(name: string, call: Call<T>): Generator<Waiting, T, unknown> {
    try {
      const result = yield* wait(call);
      this.tell(name, outcomeOf(name, result));
      return result;
    } catch (error) {
      if (error instanceof SocketError) this.tell(name, error.code, error);
      throw error;
    }
  }

  private tell(call: string, outcome: Outcome, error?: SocketError): void {
    const because = error?.reset === undefined ? undefined : this.stage.causeOf(error.reset);
    const { now: atMs } = this.stage;
    const { on } = this;
    this.calls.push({ atMs, on, call, socket: on, outcome, expected: undefined, because });
  }
}

const outcomeOf = (name: string, result: unknown): Outcome => {
  if (name === 'read') return result === 0 ? 'EOF' : (result as number);
  return name === 'write' ? (result as number) : 'ok';
};

/** run() and handle_conn(): poll, accept, read, and close at once what was read from. */
function* pollServer(
  process: Process,
  stage: Stage,
  port: number,
  manner: ServerManner,
  console: Console,
): Program {
  const listener = process.socket(stage.family === 4 ? 'inet' : 'inet6');
  listener.setsockopt('SO_REUSEADDR', 1);
  yield* wait(listener.bind({ address: stage.family === 4 ? '0.0.0.0' : '::', port }));
  yield* wait(listener.listen(BACKLOG));
  let connections: Socket[] = [];
  const buffer = new Uint8Array(MAX_BUF);
  for (;;) {
    const polled = [listener, ...connections].map((socket) => ({ socket, events: POLLIN }));
    const [ofListener = [], ...ofConnections] = yield* wait(process.poll(polled));
    if (ofListener.includes('POLLIN') && connections.length < OPEN_MAX) {
      const accepted = yield* console.told('accept', listener.accept());
      if (manner.lingerZero) accepted.setsockopt('SO_LINGER', { onoff: true, seconds: 0 });
      connections.push(accepted);
    }
    for (const [at, events] of ofConnections.entries()) {
      const connection = connections[at];
      if (connection === undefined || !events.includes('POLLIN')) continue;
      yield* console.told('read', connection.read(buffer.subarray(0, manner.length)));
      yield* console.told('close', connection.close());
    }
    // The document's program keeps closed descriptors in its list, and poll() then never rests.
    connections = connections.filter(({ phase }) => phase !== 'closed');
  }
}

const POLLIN = ['POLLIN'] as const;

/** client_handle(): a line is written, once or twice, and an answer read; then the next line. */
function* client(
  process: Process,
  stage: Stage,
  port: number,
  line: Uint8Array,
  twice: boolean,
  console: Console,
): Program {
  const socket = process.socket(stage.family === 4 ? 'inet' : 'inet6');
  const address = stage.addressOf('server');
  yield* console.told('connect', socket.connect({ address, port }));
  yield* console.told('write', socket.write(line));
  if (twice) {
    yield* sleep(2000);
    yield* console.told('write', socket.write(line));
    yield* sleep(60_000);
  }
  const count = yield* console.told('read', socket.read(new Uint8Array(MAX_BUF)));
  if (count === 0) yield* console.told('close', socket.close());
}
