import type { Flag, Match, Role } from '../causes/scenario.ts';
import type { Side } from '../sim/middlebox.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import { PSH, type Segment, URG } from '../wire/segment.ts';

const BITS: Readonly<Record<Flag, number>> = { FIN, SYN, RST, ACK };

/** Clients stand left, servers right. */
const sideOf = (role: Role): Side => (role === 'client' ? 'left' : 'right');

export const bitsOf = (flags: readonly Flag[]): number =>
  flags.reduce((bits, flag) => bits | BITS[flag], 0);

/** A match made quick to ask: flags as bits, sockets as the ports of their connections. */
export interface Pattern {
  readonly toward: Side | undefined;
  readonly exactly: number | undefined;
  readonly has: number;
  readonly text: boolean | undefined;
  readonly contains: string | undefined;
  /** Either port of a segment is one of these; undefined: any. */
  readonly ports: ReadonlySet<number> | undefined;
}

/** `portOf`: the local port of a socket of the scenario, by its name. */
export const patternOf = (match: Match, portOf: (socket: string) => number): Pattern => ({
  toward: match.toward === undefined ? undefined : sideOf(match.toward),
  exactly: match.flags === undefined ? undefined : bitsOf(match.flags),
  has: bitsOf(match.has ?? []),
  text: match.text,
  contains: match.contains,
  ports: match.sockets === undefined ? undefined : new Set(match.sockets.map(portOf)),
});

export const fits = (pattern: Pattern, segment: Segment, toward: Side): boolean => {
  const flags = segment.flags & ~(PSH | URG);
  if (pattern.toward !== undefined && pattern.toward !== toward) return false;
  if (pattern.exactly !== undefined && pattern.exactly !== flags) return false;
  if ((flags & pattern.has) !== pattern.has) return false;
  if (pattern.text !== undefined && pattern.text !== segment.payloadLength > 0) return false;
  if (pattern.contains !== undefined && !textOf(segment).includes(pattern.contains)) return false;
  const { ports } = pattern;
  return ports === undefined || ports.has(segment.sourcePort) || ports.has(segment.targetPort);
};

const textOf = ({ payload, payloadOffset, payloadLength }: Segment): string =>
  String.fromCharCode(...payload.subarray(payloadOffset, payloadOffset + payloadLength));
