import type { Flag, Match, Role } from './scenario.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import { PSH, type Segment, URG } from '../wire/segment.ts';

const BITS: Readonly<Record<Flag, number>> = { FIN, SYN, RST, ACK };

export const bitsOf = (flags: readonly Flag[]): number =>
  flags.reduce((bits, flag) => bits | BITS[flag], 0);

/** Whether a segment is such a one. `portOf`: the local port of a socket, by its name. */
export type Fits = (segment: Segment, toward: Role) => boolean;

export const fitting = (match: Match, portOf: (socket: string) => number): Fits => {
  const exactly = match.flags === undefined ? undefined : bitsOf(match.flags);
  const has = bitsOf(match.has ?? []);
  const ports = match.sockets === undefined ? undefined : new Set(match.sockets.map(portOf));
  const { contains } = match;
  return (segment, toward) => {
    const flags = segment.flags & ~(PSH | URG);
    if (match.toward !== undefined && match.toward !== toward) return false;
    if (exactly !== undefined && exactly !== flags) return false;
    if ((flags & has) !== has) return false;
    if (match.text !== undefined && match.text !== segment.payloadLength > 0) return false;
    if (contains !== undefined && !textOf(segment).includes(contains)) return false;
    return ports === undefined || ports.has(segment.sourcePort) || ports.has(segment.targetPort);
  };
};

const textOf = ({ payload, payloadOffset, payloadLength }: Segment): string =>
  String.fromCharCode(...payload.subarray(payloadOffset, payloadOffset + payloadLength));
