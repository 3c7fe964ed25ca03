import type { Role } from '../causes/scenario.ts';
import { ACK, RST, SYN } from '../wire/packet.ts';
import type { Segment } from '../wire/segment.ts';
import { distance } from '../wire/sequence.ts';
import type { SeenSegment } from './moment.ts';

/** Where an end's numbers begin, and how it scales its windows. */
interface Beginning {
  readonly seq: number;
  /** -1: not at all. */
  readonly scale: number;
}

type Beginnings = Partial<Record<Role, Beginning>>;

/** Gives each connection's segments numbers that begin at 0, as each SYN sets them. */
export class Numbering {
  private readonly connections = new Map<string, Beginnings>();

  /** `isGenuine`: by the end itself, not by somebody in its name. */
  seen(connection: string, segment: Segment, toward: Role, isGenuine: boolean): SeenSegment {
    const sender = toward === 'server' ? 'client' : 'server';
    const known = this.connections.get(connection) ?? {};
    this.connections.set(connection, known);
    if (isGenuine) learn(known, sender, segment);
    const { flags, seq, ack, payloadLength } = segment;
    const bareZero = (flags & RST) !== 0 && seq === 0;
    const own = bareZero ? undefined : known[sender];
    const others = (flags & ACK) === 0 ? undefined : known[toward];
    return {
      flags,
      rawSeq: seq >>> 0,
      rawAck: ack >>> 0,
      seq: own === undefined ? seq >>> 0 : distance(seq, own.seq),
      ack: others === undefined ? ack >>> 0 : distance(ack, others.seq),
      window: segment.window << shiftOf(known, sender, flags),
      length: payloadLength,
    };
  }
}

/** A SYN begins; where it was not seen, the first segment does. */
const learn = (known: Beginnings, sender: Role, segment: Segment): void => {
  const { flags, seq, windowScale } = segment;
  if ((flags & RST) !== 0) return;
  if ((flags & SYN) !== 0) known[sender] = { seq, scale: windowScale };
  else known[sender] ??= { seq: (seq - 1) | 0, scale: -1 };
};

/** RFC 7323 §2.2: a shift where both asked for it, and never in a SYN. */
const shiftOf = (known: Beginnings, sender: Role, flags: number): number => {
  const scales = [known.client?.scale ?? -1, known.server?.scale ?? -1];
  if ((flags & SYN) !== 0 || scales.some((scale) => scale < 0)) return 0;
  return known[sender]?.scale ?? 0;
};
