import type { Forgery, RawSegment, Role } from '../causes/scenario.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import { ACK } from '../wire/packet.ts';
import { PSH, Segment } from '../wire/segment.ts';
import { add } from '../wire/sequence.ts';
import { frameLike, packetOf, type Passing } from './frame.ts';
import { bitsOf } from './match.ts';

/** A frame that somebody on the way has made, and where it goes. */
export interface Forged {
  readonly frame: Uint8Array;
  readonly toward: Role;
}

/** The default of ip_default_ttl, for raw segments. */
const TTL = 64;
const RAW_WINDOW = 1024;

/** Makes a segment out of one that passed. */
export const forgeFrom = (original: Passing, forgery: Forgery): Forged => {
  const { source, target, toward, ttl, bytes, segment } = original;
  const turned = forgery.answer === true;
  const [from, to] = turned ? [target, source] : [source, target];
  const packet = packetOf(numbered(segment, forgery), from, to, forgery.ttl ?? ttl);
  const back = toward === 'client' ? 'server' : 'client';
  return { frame: frameLike(bytes, packet, turned), toward: turned ? back : toward };
};

/** The IP packet of a segment of no connection. */
export const rawPacket = (raw: RawSegment, source: Endpoint, target: Endpoint): Uint8Array => {
  const segment = new Segment();
  segment.seq = raw.seq | 0;
  segment.ack = (raw.ack ?? 0) | 0;
  segment.flags = bitsOf(raw.flags);
  segment.window = RAW_WINDOW;
  segment.mss = raw.mss ?? -1;
  put(segment, raw.text ?? '');
  return packetOf(segment, source, target, TTL);
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
  segment.payload = Buffer.from(text, 'latin1');
  segment.payloadLength = segment.payload.length;
  segment.flags |= PSH;
};
