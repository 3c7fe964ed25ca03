import { forgedSegment, RAW_TTL, rawSegment } from '../causes/scenario-segments.ts';
import type { Forgery, RawSegment } from '../causes/scenario.ts';
import { Dissection, type InFlight } from '../sim/in-flight.ts';
import { otherSide, type Side } from '../sim/middlebox.ts';
import { forge, packetOf } from '../sim/middleboxes/forge.ts';
import { resetFor } from '../tcp/reset.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import { ACK, RST } from '../wire/packet.ts';
import type { Segment } from '../wire/segment.ts';

/** A packet that somebody on the way has made, and where it goes. */
export interface Forged {
  readonly packet: InFlight;
  readonly toward: Side;
}

/** Makes a segment out of one that passed. */
export const forgeFrom = (
  original: InFlight,
  toward: Side,
  forgery: Forgery,
  now: number,
): Forged => {
  const look = new Dissection();
  if (!look.read(original)) throw new Error('only a TCP segment can be forged from');
  const { segment: model } = look;
  const [source, target] = forgery.answer ? [look.target, look.source] : [look.source, look.target];
  const segment = forgedSegment(model, forgery);
  const ttl = forgery.ttl ?? look.datagram.ttl;
  return {
    packet: packed(segment, source, target, ttl, now),
    toward: forgery.answer ? otherSide(toward) : toward,
  };
};

/** A segment of no connection, as a raw socket sends it. */
export const rawPacket = (
  raw: RawSegment,
  source: Endpoint,
  target: Endpoint,
  now: number,
): InFlight => {
  return packed(rawSegment(raw), source, target, RAW_TTL, now);
};

/** A reset has its cause from the mint as every other; the rest is a segment like any. */
const packed = (
  segment: Segment,
  source: Endpoint,
  target: Endpoint,
  ttl: number,
  now: number,
): InFlight => {
  if ((segment.flags & RST) === 0) return packetOf(segment, source, target, ttl);
  const { seq, ack, window, flags } = segment;
  const numbers = (flags & ACK) === 0 ? { seq, window } : { seq, ack, window };
  return forge({ reset: resetFor('injected', { forged: numbers }), source, target, ttl }, now);
};
