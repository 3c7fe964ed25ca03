import { add } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { depart, startSegment } from './departure.ts';
import { sendPart } from './output.ts';

/**
 * Asks for a sign of life, and for the window (tcp_write_wakeup): text, if the window has room for
 * any, else an empty segment before the window, which RFC 9293 §3.10.7.4 makes the peer answer. False if
 * the device refuses it.
 */
export const probePeer = (c: Connection, now: number): boolean => {
  const outcome = sendPart(c, now);
  if (outcome !== 'nothing') return outcome === 'sent';
  if (c.urgentToSend) depart(c, startSegment(c, c.sndUna, 0, now));
  depart(c, startSegment(c, add(c.sndUna, -1), 0, now));
  return c.outlet.isCongested?.() !== true;
};
