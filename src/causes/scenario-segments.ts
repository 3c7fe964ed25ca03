import { ACK } from '../wire/packet.ts';
import { PSH, Segment } from '../wire/segment.ts';
import { add } from '../wire/sequence.ts';
import { bitsOf } from './scenario-match.ts';
import type { Forgery, RawSegment } from './scenario.ts';

/** The segments that a scenario has made on the way, whatever carries them. */

/** The default of ip_default_ttl, for segments of a raw socket. */
export const RAW_TTL = 64;
const RAW_WINDOW = 1024;

/** A segment of no connection, as a raw socket sends it. */
export const rawSegment = (raw: RawSegment): Segment => {
  const segment = new Segment();
  segment.seq = raw.seq | 0;
  segment.ack = (raw.ack ?? 0) | 0;
  segment.flags = bitsOf(raw.flags);
  segment.window = RAW_WINDOW;
  segment.mss = raw.mss ?? -1;
  put(segment, raw.text ?? '');
  return segment;
};

/** Made out of one that passed. */
export const forgedSegment = (model: Segment, forgery: Forgery): Segment => {
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
