import { ACK, SYN } from '../wire/packet.ts';
import { CWR, ECE } from '../wire/segment.ts';
import { add, after, atOrBefore, distance } from '../wire/sequence.ts';
import { type Connection, NEVER } from './connection.ts';
import { depart, startBare, startSegment, textRoom, transmitRange } from './departure.ts';
import { initialWindow, mssToAdvertise, windowScaleFor } from './handshake-options.ts';
import { acceptableSeq } from './reset.ts';
import { resendLost } from './retransmission.ts';
import {
  armRetransmission,
  mayProbe,
  setPersistTimer,
  setRetransmissionTimer,
} from './retransmission-timer.ts';
import { giveScoreboard, type Scoreboard, takeScoreboard } from './scoreboard.ts';
import { noteUsage, restartAfterIdle, mayFly } from './sending-rate.ts';
import { tsvalAt } from './timestamp.ts';

/**
 * What becomes of a segment short of a full one: as TCP_NODELAY and TCP_CORK have it; held back, as
 * with MSG_MORE; or sent (TCP_NAGLE_PUSH). A tail loss probe minds no window either.
 */
type SmallSegments = 'as set' | 'held' | 'sent' | 'probe';

/**
 * Sends what may be sent now: lost segments again, then new text and FIN, as far as the congestion
 * window, the peer's window, Nagle's algorithm and TCP_CORK allow (tcp_push_pending_frames,
 * RFC 9293 §3.8.6.2.1). What cannot be sent while nothing is on the way starts the persist timer.
 */
export const output = (c: Connection, now: number, small: SmallSegments = 'as set'): void => {
  if (!maySend(c)) return;
  const board = c.scoreboard;
  if (board !== undefined && board.toResendBytes > 0) resendLost(c, board, now);
  if (c.sndNxt === c.sndEnd ? !c.finQueued || c.finSent : c.finSent) return;
  const wasOnTheWay = board !== undefined;
  if (!wasOnTheWay) restartAfterIdle(c, now);
  const inUse = c.scoreboard ?? takeScoreboard();
  c.scoreboard = inUse;
  const before = c.sndNxt;
  while (sendNext(c, inUse, small, now));
  if (c.sndNxt !== before) afterNew(c, inUse, wasOnTheWay, now);
  else if (!wasOnTheWay) {
    giveScoreboard(inUse);
    c.scoreboard = undefined;
    setPersistTimer(c, now);
  }
};

const maySend = (c: Connection): boolean =>
  c.state === 'ESTABLISHED' ||
  c.state === 'CLOSE-WAIT' ||
  c.state === 'FIN-WAIT-1' ||
  c.state === 'CLOSING' ||
  c.state === 'LAST-ACK';

/**
 * Sends one new segment, whatever the congestion window and Nagle's algorithm say, for a tail loss
 * probe. False if there is none, or the peer has no room for it.
 */
export const sendProbeOfNew = (c: Connection, now: number): boolean => {
  const board = c.scoreboard;
  return board !== undefined && maySend(c) && !c.finSent && sendNext(c, board, 'probe', now);
};

/** Sends the next new segment if it may go; tells whether it went. */
const sendNext = (c: Connection, board: Scoreboard, small: SmallSegments, now: number): boolean => {
  if (c.finSent) return false;
  const mss = textRoom(c);
  const unsent = distance(c.sndEnd, c.sndNxt);
  const size = Math.min(unsent, mss);
  const isLast = c.finQueued && unsent <= mss;
  if (size === 0 && !isLast) return false;
  const room = distance(c.sndUna, c.sndNxt) + c.sndWnd;
  const hasFin = isLast && room > size;
  if (room < size || (size === 0 && !hasFin)) return false;
  if (small !== 'probe' && !mayFly(c, board, size)) return false;
  if (size < mss && !isLast && isHeld(c, board, small)) return false;
  sendNew(c, board, size, hasFin, now);
  if (size < mss) c.lastSmallEnd = c.sndNxt;
  return true;
};

/**
 * Sends what the peer's window has room for, be it less than a segment and held back otherwise
 * (tcp_write_wakeup). False if there is nothing to send, or no room at all.
 */
export const sendPart = (c: Connection, now: number): boolean => {
  if (!maySend(c) || c.finSent) return false;
  const unsent = distance(c.sndEnd, c.sndNxt);
  const room = distance(c.sndUna, c.sndNxt) + c.sndWnd;
  const size = Math.min(unsent, room, textRoom(c));
  const hasFin = c.finQueued && size === unsent && room > size;
  if (size < 0 || (size === 0 && !hasFin)) return false;
  const wasOnTheWay = c.scoreboard !== undefined;
  c.scoreboard ??= takeScoreboard();
  c.pushEnd = c.sndEnd;
  sendNew(c, c.scoreboard, size, hasFin, now);
  afterNew(c, c.scoreboard, wasOnTheWay, now);
  return true;
};

const sendNew = (
  c: Connection,
  board: Scoreboard,
  size: number,
  hasFin: boolean,
  now: number,
): void => {
  const start = c.sndNxt;
  const end = add(start, hasFin ? size + 1 : size);
  board.push(start, end, now);
  board.prrOut += size;
  c.sndNxt = end;
  if (hasFin) c.finSent = true;
  transmitRange(c, start, end, true, now);
};

/**
 * A segment short of a full one waits: under TCP_CORK always; else, without TCP_NODELAY, while a
 * small one is on the way (RFC 896 in Minshall's variant, tcp_nagle_check). Urgent text never does.
 */
const isHeld = (c: Connection, board: Scoreboard, small: SmallSegments): boolean => {
  if (c.urgentToSend || small === 'sent' || small === 'probe') return false;
  if (c.options.cork || small === 'held') return true;
  if (c.options.noDelay || board.count === 0) return false;
  return after(c.lastSmallEnd, c.sndUna) && atOrBefore(c.lastSmallEnd, c.sndNxt);
};

const afterNew = (c: Connection, board: Scoreboard, wasOnTheWay: boolean, now: number): void => {
  noteUsage(c, board);
  if (!wasOnTheWay) {
    c.firstUnansweredAtMs = NEVER;
    c.zeroWindowProbes = 0;
  } else if (c.retransmitFor === 'reordering' && c.retransmitAtMs !== NEVER) return;
  // RTO counts from the oldest segment, but a probe of the tail moves with the tail.
  const isRunning = wasOnTheWay && c.retransmitAtMs !== NEVER && c.retransmitFor === 'rto';
  if (!isRunning || mayProbe(c)) setRetransmissionTimer(c, board, false, now);
};

/** A pure acknowledgement, with SACK blocks where there are some (tcp_send_ack). */
export const transmitAck = (c: Connection, now: number): void => {
  if (c.state === 'CLOSED' || c.state === 'SYN-SENT') return;
  depart(c, startSegment(c, acceptableSeq(c), 0, now));
};

/**
 * A SYN in SYN-SENT, a SYN,ACK in SYN-RECEIVED; the first time and again (RFC 9293 §3.10.1, §3.10.7.3).
 * Sets SND.NXT, the window offered, and the retransmission timer.
 */
export const transmitSyn = (c: Connection, now: number): void => {
  const hasAck = c.state === 'SYN-RECEIVED';
  const { settings } = c;
  const segment = startBare(c, c.iss, hasAck ? SYN | ACK : SYN, now);
  c.advertisedMss = mssToAdvertise(c.path, c.pathMtu, c.options.maxSegment);
  segment.mss = c.advertisedMss;
  const { space } = c.receiveBuffer;
  c.rcvWnd = initialWindow(space, c.advertisedMss, false);
  if (settings.tcp_window_scaling !== 0) {
    c.rcvWndScale = windowScaleFor(space, c.receiveBufferLocked, settings);
    segment.windowScale = c.rcvWndScale;
  }
  segment.window = c.rcvWnd;
  segment.sackPermitted = settings.tcp_sack !== 0;
  if (settings.tcp_timestamps !== 0) {
    segment.hasTimestamps = true;
    segment.tsval = tsvalAt(c.tsOffset, now);
    segment.tsecr = hasAck ? c.tsRecent : 0;
  }
  if (hasAck) {
    segment.ack = c.rcvNxt;
    c.rcvWup = c.rcvNxt;
    if (c.ecn) segment.flags |= ECE;
  } else if (settings.tcp_ecn === 1 && c.retransmits === 0) segment.flags |= ECE | CWR;
  c.sndNxt = add(c.iss, 1);
  if (c.firstUnansweredAtMs === NEVER) c.firstUnansweredAtMs = now;
  armRetransmission(c, now);
  depart(c, segment);
};
