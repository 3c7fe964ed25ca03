import type { Bench } from './bench.fixture.ts';
import type { Connection } from './connection.ts';
import { transmitAck } from './output.ts';
import type { State } from './state.ts';
import { close, shutdown } from './user-calls.ts';

/** A connection in each state, brought there as an application and a peer would; nothing to tell. */
export const inState = (bench: Bench, state: State): Connection => {
  const c = bench.open();
  for (const step of WAYS[state] ?? []) step(bench, c);
  // Nothing is owed either, which a later reply would carry.
  if (c.ackScheduled) transmitAck(c, bench.now);
  bench.replies();
  bench.events.length = 0;
  // What went before has used up no budget of ACKs.
  bench.later(1000);
  if (c.state !== state) throw new Error(`${c.state} in place of ${state}`);
  return c;
};

/** The same, closed by its application. */
export const orphanIn = (bench: Bench, state: 'FIN-WAIT-1' | 'FIN-WAIT-2'): Connection => {
  const c = inState(bench, 'ESTABLISHED');
  if (state === 'FIN-WAIT-2') c.options = { ...c.options, linger2Seconds: 100 };
  close(c, bench.now);
  if (state === 'FIN-WAIT-2') bench.arrive(c, '. 1(0) ack 2');
  bench.replies();
  return c;
};

type Step = (bench: Bench, c: Connection) => void;

const arrives =
  (text: string): Step =>
  (bench, c) =>
    void bench.arrive(c, text, { mss: text.startsWith('S') ? 1460 : -1 });

const finish: Step = (bench, c) => void shutdown(c, 'write', bench.now);

const opened = [arrives('S. 0(0) ack 1')];

const WAYS: Partial<Record<State, readonly Step[]>> = {
  'SYN-SENT': [],
  'SYN-RECEIVED': [arrives('S 0(0)')],
  ESTABLISHED: opened,
  'FIN-WAIT-1': [...opened, finish],
  'FIN-WAIT-2': [...opened, finish, arrives('. 1(0) ack 2')],
  'CLOSE-WAIT': [...opened, arrives('F. 1(0) ack 1')],
  CLOSING: [...opened, finish, arrives('F. 1(0) ack 1')],
  'LAST-ACK': [...opened, arrives('F. 1(0) ack 1'), finish],
};
