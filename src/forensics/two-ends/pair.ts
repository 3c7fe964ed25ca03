import { RST } from '../../wire/packet.ts';
import type { Side } from '../story.ts';
import { BytesSeen } from './bytes-seen.ts';
import type { Crossing } from './clocks.ts';
import type { Joined } from './join.ts';
import type { Tape, TapedConnection } from './tape.ts';

/** Whose capture. */
export type End = 'client' | 'server';
export const OTHER_END: Readonly<Record<End, End>> = { client: 'server', server: 'client' };

/** A connection in two captures, and what each has of what the other has. */
export class Pair {
  readonly joined: Joined;
  /** At which end the client is, by side of the client's capture: its host is near that capture. */
  readonly endOfSide: readonly [End, End];
  private readonly tapes: Readonly<Record<End, Tape>>;
  private readonly seen: Readonly<Record<End, readonly [BytesSeen, BytesSeen]>>;
  /** Resets of one capture and where they are in the other. */
  private readonly resets: Readonly<Record<End, ReadonlyMap<number, number>>>;

  constructor(joined: Joined, client: Tape, server: Tape) {
    this.joined = joined;
    this.tapes = { client, server };
    this.seen = {
      client: [0, 1].map((side) => new BytesSeen(client, joined.client, side)) as never,
      server: [0, 1].map((side) => new BytesSeen(server, joined.server, side)) as never,
    };
    this.endOfSide = nearestEnds(joined, client, server);
    this.resets = this.pairResets();
  }

  connection(end: End): TapedConnection {
    return this.joined[end];
  }

  /** The side in the other capture of a side in this one. */
  sideThere(here: End, side: Side): Side {
    const { sideAtServer } = this.joined;
    if (here === 'client') return sideAtServer[side];
    return sideAtServer[0] === side ? 0 : 1;
  }

  /** At which end the host of a side is. */
  endOf(here: End, side: Side): End {
    return this.endOfSide[here === 'client' ? side : this.sideThere('server', side)];
  }

  /** Where a reset of one capture is in the other; -1: nowhere. */
  resetThere(here: End, at: number): number {
    return this.resets[here].get(at) ?? -1;
  }

  /** Whether the other capture has all of a segment of this one. */
  isThere(here: End, at: number): boolean {
    const tape = this.tapes[here];
    const side = this.sideThere(here, tape.side[at] as Side);
    return this.seen[OTHER_END[here]][side].has(tape, at);
  }

  /** Segments that both have exactly once. */
  *crossings(): Generator<Crossing> {
    const { client, server } = this.tapes;
    const there = once(server, this.joined.server);
    for (const [name, at] of once(client, this.joined.client)) {
      const side = client.side[at] as Side;
      const other = there.get(name.replace(/^\d/, String(this.sideThere('client', side))));
      if (other === undefined) continue;
      yield {
        clientMs: client.ms[at],
        serverMs: server.ms[other],
        fromClient: this.endOf('client', side) === 'client',
      };
    }
  }

  /** Segments of a connection in one capture, but resets: how many, and how many of them only there. */
  onlyIn(
    here: End,
    fromEnd: End,
    between: readonly [number, number],
  ): { all: number; only: number } {
    const tape = this.tapes[here];
    let all = 0;
    let only = 0;
    for (const at of tape.segmentsOf(this.joined[here])) {
      const ms = tape.ms[at];
      if ((tape.flags[at] & RST) !== 0 || ms < between[0] || ms > between[1]) continue;
      if (this.endOf(here, tape.side[at] as Side) !== fromEnd) continue;
      all += 1;
      if (!this.isThere(here, at)) only += 1;
    }
    return { all, only };
  }

  /** One to one, in order, where numbers and flags are alike. */
  private pairResets(): Pair['resets'] {
    const { client, server } = this.tapes;
    const waiting = [...resetsOf(server, this.joined.server)];
    const toServer = new Map<number, number>();
    const toClient = new Map<number, number>();
    for (const at of resetsOf(client, this.joined.client)) {
      const side = this.sideThere('client', client.side[at] as Side);
      const place = waiting.findIndex(
        (other) => server.side[other] === side && isSameReset(client, at, server, other),
      );
      const other = place < 0 ? undefined : waiting.splice(place, 1)[0];
      if (other === undefined) continue;
      toServer.set(at, other);
      toClient.set(other, at);
    }
    return { client: toServer, server: toClient };
  }
}

const resetsOf = (tape: Tape, connection: TapedConnection): Int32Array =>
  tape.segmentsOf(connection).filter((at) => (tape.flags[at] & RST) !== 0);

const isSameReset = (client: Tape, at: number, server: Tape, other: number): boolean =>
  client.seq[at] === server.seq[other] &&
  client.flags[at] === server.flags[other] &&
  client.ack[at] === server.ack[other];

/** Segments whose side, numbers and length no other has, by these. */
const once = (tape: Tape, connection: TapedConnection): Map<string, number> => {
  const found = new Map<string, number>();
  const twice = new Set<string>();
  for (const at of tape.segmentsOf(connection)) {
    const { seq, ack, payload, flags, side } = tape;
    const name = `${side[at]} ${seq[at]} ${ack[at]} ${payload[at]} ${flags[at]}`;
    if (found.has(name)) twice.add(name);
    found.set(name, at);
  }
  for (const name of twice) found.delete(name);
  return found;
};

/**
 * Which capture is nearer to which side: where the opener is, its SYN waits longest for an answer.
 * Without a handshake, names of files are believed: the opener, or who seems to be, is at the client's.
 */
const nearestEnds = (joined: Joined, client: Tape, server: Tape): readonly [End, End] => {
  const { opener } = joined.client;
  const atClient = handshakeMs(client, joined.client);
  const atServer = handshakeMs(server, joined.server);
  const openerSide = opener ?? guessedOpener(joined.client);
  const isSwapped = atClient !== undefined && atServer !== undefined && atServer > atClient;
  const openerEnd: End = isSwapped ? 'server' : 'client';
  return openerSide === 0 ? [openerEnd, OTHER_END[openerEnd]] : [OTHER_END[openerEnd], openerEnd];
};

/** The end with the higher port. */
const guessedOpener = ({ names }: TapedConnection): Side => {
  const [first, second] = names.map((name) => Number(name.slice(name.lastIndexOf(':') + 1)));
  return (first ?? 0) >= (second ?? 0) ? 0 : 1;
};

/** From the last SYN before the SYN,ACK to that; undefined if either is missing. */
const handshakeMs = (tape: Tape, connection: TapedConnection): number | undefined => {
  const { opener } = connection;
  if (opener === undefined) return undefined;
  let synMs: number | undefined;
  for (const at of tape.segmentsOf(connection)) {
    const isSyn = (tape.flags[at] & 2) !== 0;
    if (isSyn && tape.side[at] === opener) synMs = tape.ms[at];
    else if (isSyn && synMs !== undefined) return tape.ms[at] - synMs;
  }
  return undefined;
};
