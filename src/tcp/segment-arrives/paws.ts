import { ACK } from '../../wire/packet.ts';
import type { Segment } from '../../wire/segment.ts';
import { after, before, distance } from '../../wire/sequence.ts';
import type { Connection } from '../connection.ts';

/** 24 days: a timestamp older than that says nothing (RFC 7323 §5.5). */
const STALE_MS = 24 * 24 * 3600 * 1000;

/** What the check of a timestamp needs: a connection, a request or a TIME-WAIT. */
interface Recent {
  readonly tsRecent: number;
  readonly tsRecentAtMs: number;
}

/**
 * Whether a timestamp is older than TS.Recent by more than `slack` (RFC 7323 §5.3, R1;
 * tcp_paws_check). A TS.Recent of 0 is that of stacks whose SYN has no time yet.
 */
export const isOlder = (recent: Recent, tsval: number, slack: number, now: number): boolean =>
  distance(recent.tsRecent, tsval) > slack &&
  now - recent.tsRecentAtMs < STALE_MS &&
  recent.tsRecent !== 0;

/**
 * PAWS (RFC 7323 §5.3): whether a segment is an old duplicate by its timestamp. One tick back is let
 * pass, and a plain duplicate ACK that was overtaken on the way (tcp_disordered_ack_check).
 */
export const failsPaws = (c: Connection, segment: Segment, now: number): boolean =>
  c.timestamps &&
  segment.hasTimestamps &&
  isOlder(c, segment.tsval, 1, now) &&
  !isDisorderedAck(c, segment);

const isDisorderedAck = (c: Connection, segment: Segment): boolean =>
  isPureAck(segment) &&
  segment.seq === c.rcvNxt &&
  segment.ack === c.sndUna &&
  !mayUpdateWindow(c, segment) &&
  distance(c.tsRecent, segment.tsval) <= c.rtoMs * 1.2;

/** An overtaken pure ACK: Linux drops it without another ACK, since nobody waits for one. */
export const isOvertakenAck = (c: Connection, segment: Segment): boolean =>
  isPureAck(segment) && before(segment.seq, c.rcvNxt);

const isPureAck = (segment: Segment): boolean =>
  (segment.flags & ACK) !== 0 && segment.length === 0;

const mayUpdateWindow = (c: Connection, segment: Segment): boolean => {
  if (after(segment.ack, c.sndUna) || after(segment.seq, c.sndWl1)) return true;
  const window = segment.window * 2 ** c.sndWndScale;
  return segment.seq === c.sndWl1 && (window > c.sndWnd || window === 0);
};

/** RFC 7323 §4.3 (2): TS.Recent follows segments that reach back to the last ACK sent. */
export const updateTsRecent = (c: Connection, segment: Segment, now: number): void => {
  if (!c.timestamps || !segment.hasTimestamps) return;
  if (after(segment.seq, c.rcvWup) || isOlder(c, segment.tsval, 0, now)) return;
  c.tsRecent = segment.tsval;
  c.tsRecentAtMs = now;
};
