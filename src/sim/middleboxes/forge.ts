import { recordOf } from '../../tcp/segment-record.ts';
import { type Reset, ruleOf } from '../../tcp/reset.ts';
import type { ResetSent } from '../../tcp/reset-event.ts';
import type { Endpoint } from '../../wire/ip-address.ts';
import { Segment } from '../../wire/segment.ts';
import { writeSegment } from '../../wire/segment-out.ts';
import { InFlight } from '../in-flight.ts';

/** A reset that a middlebox writes in the name of `source`. */
export interface Forgery {
  readonly reset: Reset;
  readonly source: Endpoint;
  readonly target: Endpoint;
  /** As it leaves the box. */
  readonly ttl: number;
  /** The segment that drew it, where one did. */
  readonly answers?: Segment;
}

/** The packet, with its event told. */
export const forge = (forgery: Forgery, now: number): InFlight => {
  const { reset, source, target, ttl, answers } = forgery;
  const segment = new Segment();
  segment.seq = reset.seq;
  segment.ack = reset.ack;
  segment.flags = reset.flags;
  segment.window = reset.window;
  const event: ResetSent = {
    kind: 'sent',
    atMs: now,
    path: { local: source, remote: target },
    state: 'CLOSED',
    rule: ruleOf(reset.cause),
    cause: reset.cause,
    linuxReason: reset.linuxReason,
    reset: recordOf(segment),
    ...(answers === undefined ? {} : { answers: recordOf(answers) }),
  };
  const packet = packetOf(segment, source, target, ttl);
  packet.tell(event);
  return packet;
};

/** Any other segment in somebody's name. */
export const packetOf = (
  segment: Segment,
  source: Endpoint,
  target: Endpoint,
  ttl: number,
): InFlight => {
  const into = new Uint8Array(100 + segment.payloadLength);
  const ip = { ttl, id: 0, dontFragment: true };
  const length = writeSegment(segment, source, target, ip, into, 0, true);
  return new InFlight(into.subarray(0, length));
};
