import { forgedSegment, RAW_TTL, rawSegment } from '../causes/scenario-segments.ts';
import type { Forgery, RawSegment, Role } from '../causes/scenario.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import { frameLike, packetOf, type Passing } from './frame.ts';

/** A frame that somebody on the way has made, and where it goes. */
export interface Forged {
  readonly frame: Uint8Array;
  readonly toward: Role;
}

/** Makes a segment out of one that passed. */
export const forgeFrom = (original: Passing, forgery: Forgery): Forged => {
  const { source, target, toward, ttl, bytes, segment } = original;
  const turned = forgery.answer === true;
  const [from, to] = turned ? [target, source] : [source, target];
  const packet = packetOf(forgedSegment(segment, forgery), from, to, forgery.ttl ?? ttl);
  const back = toward === 'client' ? 'server' : 'client';
  return { frame: frameLike(bytes, packet, turned), toward: turned ? back : toward };
};

/** The IP packet of a segment of no connection. */
export const rawPacket = (raw: RawSegment, source: Endpoint, target: Endpoint): Uint8Array => {
  return packetOf(rawSegment(raw), source, target, RAW_TTL);
};
