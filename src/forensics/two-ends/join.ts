import type { Side } from '../story.ts';
import type { Tape, TapedConnection } from './tape.ts';

/** One connection as both captures have it. */
export interface Joined {
  /** As the capture at the client's end has it, and the one at the server's. */
  readonly client: TapedConnection;
  readonly server: TapedConnection;
  /** Which side in the server's capture is a side of the client's. */
  readonly sideAtServer: readonly [Side, Side];
}

/** So many segments with all numbers alike join connections whose handshakes were not captured. */
const ALIKE = 3;

/**
 * Which connections of two captures are the same: by the pair of their initial sequence numbers, which
 * address translation leaves alone; else by both ends' names; else by segments whose numbers are all
 * the same.
 */
export const join = (client: Tape, server: Tape): Joined[] => {
  const joined: Joined[] = [];
  const free = new Set(server.connections);
  const take = (one: TapedConnection, other: TapedConnection, flipped: boolean): void => {
    free.delete(other);
    joined.push({ client: one, server: other, sideAtServer: flipped ? [1, 0] : [0, 1] });
  };
  const unnumbered = joinByNumbers(client.connections, free, take);
  const unnamed = joinByNames(unnumbered, free, take);
  joinBySegments(client, server, unnamed, free, take);
  return joined;
};

type Take = (one: TapedConnection, other: TapedConnection, flipped: boolean) => void;

/** Initial sequence numbers, where both captures have them, are the same. */
const agree = (one: TapedConnection, other: TapedConnection): boolean =>
  ([0, 1] as const).every((side) => {
    const [a, b] = [one.iss[side], other.iss[side]];
    return a === undefined || b === undefined || a === b;
  });

/** Returns those that are left over, as the next does. */
const joinByNumbers = (
  connections: readonly TapedConnection[],
  free: Set<TapedConnection>,
  take: Take,
): TapedConnection[] => {
  const byNumbers = groupBy([...free], numbersOf);
  return connections.filter((one) => {
    const numbers = numbersOf(one) ?? '';
    const same = byNumbers.get(numbers)?.find((other) => free.has(other));
    if (same === undefined) return true;
    take(one, same, one.opener !== same.opener);
    return false;
  });
};

const joinByNames = (
  connections: readonly TapedConnection[],
  free: Set<TapedConnection>,
  take: Take,
): TapedConnection[] => {
  const byName = groupBy([...free], ({ names }) => names.join(' '));
  return connections.filter((one) => {
    const named = byName.get(one.names.join(' ')) ?? [];
    const same = named.find((other) => free.has(other) && agree(one, other));
    if (same === undefined) return true;
    take(one, same, false);
    return false;
  });
};

/** Of the opener and of the other end; undefined without a whole handshake. */
const numbersOf = ({ opener, iss }: TapedConnection): string | undefined => {
  if (opener === undefined) return undefined;
  const [own, others] = [iss[opener], iss[opener === 0 ? 1 : 0]];
  return own === undefined || others === undefined ? undefined : `${own} ${others}`;
};

/** By segments whose numbers and length are alike, of connections without their handshake. */
const joinBySegments = (
  client: Tape,
  server: Tape,
  connections: readonly TapedConnection[],
  free: ReadonlySet<TapedConnection>,
  take: Take,
): void => {
  if (connections.length === 0 || free.size === 0) return;
  const index = new Map<string, number>();
  for (const other of free) {
    for (const at of server.segmentsOf(other)) index.set(segmentName(server, at), at);
  }
  for (const one of connections) {
    const votes = new Map<string, number>();
    for (const at of client.segmentsOf(one)) {
      const there = index.get(segmentName(client, at));
      if (there === undefined) continue;
      const flipped = client.side[at] !== server.side[there];
      const vote = `${server.connection[there]} ${Number(flipped)}`;
      votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    const [best] = [...votes].toSorted(([, a], [, b]) => b - a);
    if (best === undefined || best[1] < ALIKE) continue;
    const [place = 0, flipped = 0] = best[0].split(' ').map(Number);
    const other = server.connections[place];
    if (other !== undefined && free.has(other)) take(one, other, flipped === 1);
  }
};

const segmentName = (tape: Tape, at: number): string =>
  `${tape.seq[at]} ${tape.ack[at]} ${tape.payload[at]} ${tape.flags[at]}`;

const groupBy = <T>(all: readonly T[], keyOf: (one: T) => string | undefined): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
};
