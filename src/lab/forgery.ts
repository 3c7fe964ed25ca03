import type { Forgery, RawSegment } from '../causes/scenario.ts';
import { Dissection, type InFlight } from '../sim/in-flight.ts';
import { otherSide, type Side } from '../sim/middlebox.ts';
import { forge, packetOf } from '../sim/middleboxes/forge.ts';
import { resetFor } from '../tcp/reset.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import { ACK, RST } from '../wire/packet.ts';
import { PSH, Segment } from '../wire/segment.ts';
import { add } from '../wire/sequence.ts';
import { bitsOf } from './match.ts';

/** A packet that somebody on the way has made, and where it goes. */
export interface Forged {
  readonly packet: InFlight;
  readonly toward: Side;
}

/** The default of ip_default_ttl, for raw segments. */
const TTL = 64;

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
  const segment = numbered(model, forgery);
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
  const segment = new Segment();
  segment.seq = raw.seq | 0;
  segment.ack = (raw.ack ?? 0) | 0;
  segment.flags = bitsOf(raw.flags);
  segment.window = 1024;
  segment.mss = raw.mss ?? -1;
  put(segment, raw.text ?? '');
  return packed(segment, source, target, TTL, now);
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

const numbered = (model: Segment, forgery: Forgery): Segment => {
  const segment = new Segment();
  const end = add(model.seq, model.length);
  const seq = forgery.answer ? model.ack : forgery.after ? end : model.seq;
  segment.seq = add(seq, forgery.seqPlus ?? 0);
  segment.flags = bitsOf(forgery.flags);
  const ack = forgery.answer ? end : model.ack;
  segment.ack = (segment.flags & ACK) === 0 ? 0 : add(ack, forgery.ackPlus ?? 0);
  segment.window = forgery.window ?? model.window;
  if (forgery.options !== undefined) copyOptions(model, segment, forgery.options.echoPlus);
  put(segment, forgery.text ?? '');
  return segment;
};

const copyOptions = (model: Segment, into: Segment, echoPlus: number): void => {
  into.mss = model.mss;
  into.windowScale = model.windowScale;
  into.sackPermitted = model.sackPermitted;
  into.hasTimestamps = model.hasTimestamps;
  into.tsval = model.tsval;
  into.tsecr = model.hasTimestamps ? add(model.tsecr, echoPlus) : 0;
};

const put = (segment: Segment, text: string): void => {
  if (text === '') return;
  segment.payload = bytesOf(text);
  segment.payloadLength = segment.payload.length;
  segment.flags |= PSH;
};

/** Characters of one byte each. */
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
