import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, ProgramName } from '../causes/scenario.ts';
import type { Libc } from './libc.ts';
import type { Made, StepOf } from './protocol.ts';
import { RealSocket } from './sockets.ts';

/** How the servers differ, in the places where the first document changes a line. */
interface Manner {
  /** SO_LINGER with 0 seconds on each connection. */
  readonly lingerZero: boolean;
  /** Bytes asked for in one read(). */
  readonly length: number;
}

interface Asked {
  readonly family: 4 | 6;
  readonly target: string;
}

const MAX_BUF = 1024;
const BACKLOG = 5;
/** A program waits as long as it must; the scenario ends before. */
const FOR_EVER_MS = 600_000;

const SERVERS: Partial<Record<ProgramName, Manner>> = {
  'poll server, SO_LINGER 0': { lingerZero: true, length: MAX_BUF },
  'poll server, reads 5 bytes': { lingerZero: false, length: 5 },
  'poll server, closes after read': { lingerZero: false, length: MAX_BUF },
};

/** Runs one of the programs of the first document, and tells of the calls that it makes. */
export const runProgram = async (
  libc: Libc,
  step: StepOf<'run'>,
  asked: Asked,
  tell: (made: Made) => void,
): Promise<void> => {
  const note = (call: string, outcome: Outcome): void => {
    tell({ call, socket: step.on, outcome });
  };
  const manner = SERVERS[step.program];
  const socket = RealSocket.make(libc, asked.family);
  if (manner === undefined) await client(socket, step, asked, note);
  else await pollServer(socket, step, asked, manner, note);
};

type Note = (call: string, outcome: Outcome) => void;

const pollServer = async (
  listener: RealSocket,
  { port }: StepOf<'run'>,
  { family }: Asked,
  { lingerZero, length }: Manner,
  note: Note,
): Promise<void> => {
  listener.bind(family === 4 ? '0.0.0.0' : '::', port);
  listener.listen(BACKLOG);
  for (;;) {
    const accepted = await listener.accept(FOR_EVER_MS);
    if (!(accepted instanceof RealSocket)) return;
    note('accept', 'ok');
    if (lingerZero) accepted.set({ name: 'SO_LINGER', value: [1, 0] });
    note('read', await accepted.read(length, FOR_EVER_MS));
    note('close', await accepted.close());
  }
};

/** A line is written, once or twice, and an answer read. */
const client = async (
  socket: RealSocket,
  { port, line = '', program }: StepOf<'run'>,
  { target }: Asked,
  note: Note,
): Promise<void> => {
  // fgets() keeps the line feed.
  const typed = Buffer.from(`${line}\n`, 'latin1');
  const connected = await socket.connect(target, port, FOR_EVER_MS);
  note('connect', connected);
  if (connected !== 'ok') return;
  note('write', await socket.write(typed, FOR_EVER_MS));
  if (program === 'client that writes twice') {
    await sleep(2000);
    note('write', await socket.write(typed, FOR_EVER_MS));
    await sleep(60_000);
  }
  const got = await socket.read(MAX_BUF, FOR_EVER_MS);
  note('read', got);
  const closed = await socket.close();
  // Else it is the end of the process that closes it.
  if (got === 'EOF') note('close', closed);
};
