import { SYN } from '../../wire/packet.ts';
import { distance } from '../../wire/sequence.ts';
import type { Side } from '../story.ts';
import { atClient } from './clocks.ts';
import type { End, Pair } from './pair.ts';
import type { Tape } from './tape.ts';
import type { Witness } from './witness.ts';

/** One segment, as far as each capture has it. */
export interface TwoLadderRow {
  readonly frames: Readonly<Record<End, number | undefined>>;
  /** Seconds since the first of all, by the client's clock. */
  readonly seconds: Readonly<Record<End, number | undefined>>;
  /** At whose end the host is that it names as its sender. */
  readonly from: End;
  readonly flags: number;
  /** Relative to the initial sequence numbers, or to the first that was captured. */
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  /**
   * `arrived`: both captures have it; `in-pieces`: the other has its bytes, cut otherwise; `lost`: only
   * the sender's has it; `unsent`: only the receiver's.
   */
  readonly fate: 'arrived' | 'in-pieces' | 'lost' | 'unsent';
}

/** One connection as both captures have it, in the order of the client's clock. */
export const twoLadder = (
  pair: Pair,
  tapes: Readonly<Record<End, Tape>>,
  witness: Witness,
): TwoLadderRow[] => {
  const rows = [...rowsOf(pair, tapes, witness)];
  const momentOf = ({ seconds }: TwoLadderRow): number =>
    Math.min(seconds.client ?? Infinity, seconds.server ?? Infinity);
  const ordered = rows.toSorted((a, b) => momentOf(a) - momentOf(b));
  const [first] = ordered;
  const begin = first === undefined ? 0 : momentOf(first);
  const since = (seconds: number | undefined) =>
    seconds === undefined ? undefined : seconds - begin;
  return ordered.map((row) => ({
    ...row,
    seconds: { client: since(row.seconds.client), server: since(row.seconds.server) },
  }));
};

function* rowsOf(
  pair: Pair,
  tapes: Readonly<Record<End, Tape>>,
  witness: Witness,
): Generator<TwoLadderRow> {
  const there = byName(pair, 'server', tapes.server);
  for (const at of tapes.client.segmentsOf(pair.connection('client'))) {
    const twin = there.get(nameOf(pair, 'client', tapes.client, at))?.shift();
    yield rowOf(pair, tapes, witness, at, twin);
  }
  for (const left of there.values()) {
    for (const at of left) yield rowOf(pair, tapes, witness, undefined, at);
  }
}

/** The segments of one capture by all that the other must have alike, in order. */
const byName = (pair: Pair, end: End, tape: Tape): Map<string, number[]> => {
  const found = new Map<string, number[]>();
  for (const at of tape.segmentsOf(pair.connection(end))) {
    const name = nameOf(pair, end, tape, at);
    const same = found.get(name);
    if (same === undefined) found.set(name, [at]);
    else same.push(at);
  }
  return found;
};

const nameOf = (pair: Pair, end: End, tape: Tape, at: number): string => {
  const from = pair.endOf(end, tape.side[at] as Side);
  return `${from} ${tape.seq[at]} ${tape.ack[at]} ${tape.payload[at]} ${tape.flags[at]}`;
};

const rowOf = (
  pair: Pair,
  tapes: Readonly<Record<End, Tape>>,
  witness: Witness,
  client: number | undefined,
  server: number | undefined,
): TwoLadderRow => {
  const end: End = client === undefined ? 'server' : 'client';
  const at = client ?? server ?? 0;
  const tape = tapes[end];
  const from = pair.endOf(end, tape.side[at] as Side);
  const base = numbersBase(pair, tapes.client);
  const isBoth = client !== undefined && server !== undefined;
  const lonely = from === end ? 'lost' : 'unsent';
  const { clocks } = witness;
  return {
    frames: {
      client: client === undefined ? undefined : tapes.client.frame[client],
      server: server === undefined ? undefined : tapes.server.frame[server],
    },
    seconds: {
      client: client === undefined ? undefined : tapes.client.ms[client] / 1000,
      server:
        server === undefined
          ? undefined
          : (clocks === undefined
              ? tapes.server.ms[server]
              : atClient(clocks, tapes.server.ms[server])) / 1000,
    },
    from,
    flags: tape.flags[at],
    seq: distance(tape.seq[at], base[from]),
    ack: distance(tape.ack[at], base[from === 'client' ? 'server' : 'client']),
    length: tape.payload[at],
    fate: isBoth ? 'arrived' : pair.isThere(end, at) ? 'in-pieces' : lonely,
  };
};

/** Where each end's numbers begin: with its SYN, else with what was captured first. */
const numbersBase = (pair: Pair, tape: Tape): Record<End, number> => {
  const base: Partial<Record<End, number>> = {};
  for (const at of tape.segmentsOf(pair.connection('client'))) {
    const from = pair.endOf('client', tape.side[at] as Side);
    base[from] ??= (tape.flags[at] & SYN) === 0 ? (tape.seq[at] - 1) | 0 : tape.seq[at];
    const to = from === 'client' ? 'server' : 'client';
    if ((tape.flags[at] & 16) !== 0) base[to] ??= (tape.ack[at] - 1) | 0;
  }
  return { client: base.client ?? 0, server: base.server ?? 0 };
};
