import { ACK, SYN } from '../wire/packet.ts';
import { CWR, ECE } from '../wire/segment.ts';
import { add, after, atOrBefore, distance } from '../wire/sequence.ts';
import { type Connection, NEVER } from './connection.ts';
import { depart, startBare, startSegment, textRoom, transmitRange } from './departure.ts';
import { initialWindow, mssToAdvertise, windowScaleFor } from './handshake-options.ts';
import { acceptableSeq } from './reset.ts';
import { enterCwr } from './loss-recovery.ts';
import { resendLost } from './retransmission.ts';
import {
  armRetransmission,
  mayProbe,
  setPersistTimer,
  setRetransmissionTimer,
} from './retransmission-timer.ts';
import { giveScoreboard, type Scoreboard, takeScoreboard } from './scoreboard.ts';
import { type Deferral, deferral, NextPacket, segmentsPerPacket } from './segmentation-offload.ts';
import { isCwndLimited, mayFly, noteUsage, restartAfterIdle } from './sending-rate.ts';
import { tsvalAt } from './timestamp.ts';
import { END_OF_RECORD, PUSH, type WriteQueue } from './write-queue.ts';

/**
 * What becomes of a segment short of a full one: as TCP_NODELAY and TCP_CORK have it; held back, as
 * with MSG_MORE; or sent (TCP_NAGLE_PUSH). A tail loss probe minds no window either.
 */
type SmallSegments = 'as set' | 'held' | 'sent' | 'probe';

/** The packet that is being made up, one after the other. */
const packet = new NextPacket();

/**
 * Sends what may be sent now: lost segments again, then new text and FIN, as far as the congestion
 * window, the peer's window, Nagle's algorithm and TCP_CORK allow (tcp_write_xmit, RFC 9293
 * §3.8.6.2.1); of new text one packet alone if `onlyOne`. What cannot be sent while nothing is on the
 * way starts the persist timer.
 */
export const output = (
  c: Connection,
  now: number,
  small: SmallSegments = 'as set',
  onlyOne = false,
): void => {
  if (!maySend(c)) return;
  const board = c.scoreboard;
  if (board !== undefined && board.toResendBytes > 0) resendLost(c, board, now);
  if (c.sndNxt === c.sndEnd ? !c.finQueued || c.finSent : c.finSent) return;
  const wasOnTheWay = board !== undefined;
  if (!wasOnTheWay) restartAfterIdle(c, now);
  const inUse = c.scoreboard ?? takeScoreboard();
  c.scoreboard = inUse;
  const before = c.sndNxt;
  const held = sendPackets(c, inUse, small, onlyOne, now);
  c.chronograph?.peerLimits(held === 'by the peer', now);
  if (c.sndNxt !== before) afterNew(c, inUse, wasOnTheWay, held, now);
  else if (!wasOnTheWay) {
    giveScoreboard(inUse);
    c.scoreboard = undefined;
    setPersistTimer(c, now);
  } else if (held === 'by the congestion window') noteUsage(c, inUse, true);
};

/** Gives what held the next one back; nothing, if nothing is left. */
const sendPackets = (
  c: Connection,
  board: Scoreboard,
  small: SmallSegments,
  onlyOne: boolean,
  now: number,
): Deferral => {
  packet.mss = textRoom(c);
  packet.most = segmentsPerPacket(c, board, packet.mss);
  while (true) {
    const held = sendPacket(c, board, small, onlyOne, now);
    if (held !== undefined) return held;
    if (onlyOne) return 'none';
  }
};

/** Whether the link takes more in this turn; it asks again when it does. */
const hasRoom = ({ outlet, path }: Connection): boolean => outlet.hasRoom?.(path) ?? true;

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
  if (board === undefined || !maySend(c) || c.finSent) return false;
  packet.mss = textRoom(c);
  packet.most = 1;
  return sendPacket(c, board, 'probe', true, now) === undefined;
};

/**
 * Sends the next packet if it may go, all of its segments; else what holds it back. It has text of one
 * buffer (tcp_write_xmit), to which the next one's is moved up while there is room.
 */
const sendPacket = (
  c: Connection,
  board: Scoreboard,
  small: SmallSegments,
  onlyOne: boolean,
  now: number,
): Deferral | undefined => {
  if (c.finSent) return 'none';
  const queue = c.writeQueue;
  if (queue === undefined || queue.unsent === 0) return sendFin(c, board, small, now);
  if (small !== 'probe' && !hasRoom(c)) return 'none';
  const { mss } = packet;
  const segments = segmentsAllowed(c, board, small, distance(queue.headEnd, c.sndNxt));
  if (segments === 0) return 'by the congestion window';
  lookAhead(c, queue, segments * mss);
  const { length, room, isNewest } = packet;
  if (room < Math.min(length, mss)) return 'by the peer';
  if (isRefused(c, board)) return 'by the device';
  if (length <= mss) {
    if (length < mss && isNewest && !c.finQueued && isHeld(c, board, small)) return 'for more';
  } else if (!onlyOne) {
    const held = deferral(c, board, packet, now);
    if (held !== 'none') return held;
  }
  packet.size = sizeOfPacket(c, board, small, segments * mss);
  transmitPacket(c, board, queue, now);
  return undefined;
};

/** The device takes nothing: as Linux has it, a sign of congestion (tcp_enter_cwr). */
const isRefused = (c: Connection, board: Scoreboard): boolean => {
  if (c.outlet.isCongested?.() !== true) return false;
  enterCwr(c, board);
  return true;
};

/** What there is to send next, and room for; `most` bytes may be in one packet. */
const lookAhead = (c: Connection, queue: WriteQueue, most: number): void => {
  const missing = most - distance(queue.headEnd, c.sndNxt);
  if (missing > 0) queue.growHead(missing);
  packet.length = distance(queue.headEnd, c.sndNxt);
  packet.room = distance(c.sndUna, c.sndNxt) + c.sndWnd;
  packet.isNewest = queue.unsent === 1;
  const isRecord = (queue.headMarks & END_OF_RECORD) !== 0;
  packet.isWhole = isRecord || (packet.isNewest && c.finQueued);
};

/**
 * How many segments the congestion window has room for, half of it at most, so that the acknowledgements
 * of one packet let the next one go (tcp_cwnd_test); one that is short needs no more than its bytes.
 */
const segmentsAllowed = (
  c: Connection,
  board: Scoreboard,
  small: SmallSegments,
  length: number,
): number => {
  const { mss, most } = packet;
  if (small === 'probe') return 1;
  if (!mayFly(c, board, Math.min(length, mss))) return 0;
  const room = Math.floor((c.cwnd - board.inFlight) / mss);
  const half = Math.floor(c.cwnd / mss) >> 1;
  return Math.min(Math.max(room, 1), Math.max(half, 1), most);
};

/** Whole segments, and what is left over if it need not wait (tcp_mss_split_point). */
const sizeOfPacket = (
  c: Connection,
  board: Scoreboard,
  small: SmallSegments,
  most: number,
): number => {
  const { length, mss, room, isNewest } = packet;
  if (length <= mss) return length;
  if (c.urgentToSend) return mss;
  if (!isNewest && most <= room) return Math.min(most, length);
  const needed = Math.min(length, room);
  if (most <= needed) return most;
  const partial = needed % mss;
  return partial > 0 && isHeld(c, board, small) ? needed - partial : needed;
};

/**
 * PSH goes with the last segment, if the packet has several (__tcp_transmit_skb) or ends a write. Where the
 * link cuts segments, as many leave at once as it takes.
 */
const transmitPacket = (c: Connection, board: Scoreboard, queue: WriteQueue, now: number): void => {
  const { mss, size, room } = packet;
  const end = add(c.sndNxt, size);
  const isWhole = end === queue.headEnd;
  const isPushed = isWhole && (queue.headMarks & PUSH) !== 0;
  const hasFin = c.finQueued && end === c.sndEnd && room > size;
  queue.sendUntil(end);
  const cutByLink = c.urgentToSend ? 0 : (c.outlet.segmentation ?? 0);
  const atOnce = Math.max(mss, cutByLink - (cutByLink % mss));
  let left = size;
  for (; left > atOnce; left -= atOnce) sendNew(c, board, atOnce, false, false, false, now);
  sendNew(c, board, left, hasFin, isPushed, isPushed || size > mss, now);
  if (size % mss !== 0) c.lastSmallEnd = c.sndNxt;
};

/** Behind the last text, or alone. */
const sendFin = (
  c: Connection,
  board: Scoreboard,
  small: SmallSegments,
  now: number,
): Deferral | undefined => {
  if (!c.finQueued || c.sndNxt !== c.sndEnd) return 'none';
  if (distance(c.sndUna, c.sndNxt) + c.sndWnd <= 0) return 'by the peer';
  if (small !== 'probe' && !mayFly(c, board, 0)) return 'by the congestion window';
  if (isRefused(c, board)) return 'by the device';
  sendNew(c, board, 0, true, false, false, now);
  c.lastSmallEnd = c.sndNxt;
  return undefined;
};

/**
 * Sends what the peer's window has room for, be it less than a segment and held back otherwise
 * (tcp_write_wakeup). Tells whether the device refused it, or there was nothing to send or no room at all.
 */
export const sendPart = (c: Connection, now: number): 'sent' | 'refused' | 'nothing' => {
  if (!maySend(c) || c.finSent) return 'nothing';
  const queue = c.writeQueue;
  const unsent = queue === undefined || queue.unsent === 0 ? 0 : distance(queue.headEnd, c.sndNxt);
  const room = distance(c.sndUna, c.sndNxt) + c.sndWnd;
  packet.mss = textRoom(c);
  const size = Math.min(unsent, room, packet.mss);
  const end = add(c.sndNxt, size);
  const hasFin = c.finQueued && end === c.sndEnd && room > size;
  if (size < 0 || (size === 0 && !hasFin)) return 'nothing';
  if (c.outlet.isCongested?.() === true) return 'refused';
  const wasOnTheWay = c.scoreboard !== undefined;
  c.scoreboard ??= takeScoreboard();
  if (size > 0) queue?.sendUntil(end);
  sendNew(c, c.scoreboard, size, hasFin, true, true, now);
  afterNew(c, c.scoreboard, wasOnTheWay, 'none', now);
  return 'sent';
};

/**
 * One segment, or several that the link cuts. `isMarked`: PSH goes with the last whenever it is sent;
 * `isPushed`: this time.
 */
const sendNew = (
  c: Connection,
  board: Scoreboard,
  size: number,
  hasFin: boolean,
  isMarked: boolean,
  isPushed: boolean,
  now: number,
): void => {
  const start = c.sndNxt;
  const end = add(start, hasFin ? size + 1 : size);
  let cut = start;
  for (let left = size; left > packet.mss; left -= packet.mss) {
    board.push(cut, add(cut, packet.mss), false, now);
    cut = add(cut, packet.mss);
  }
  board.push(cut, end, isMarked, now);
  board.prrOut += size;
  c.sndNxt = end;
  if (hasFin) c.finSent = true;
  transmitRange(c, start, end, true, isPushed, now);
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

const afterNew = (
  c: Connection,
  board: Scoreboard,
  wasOnTheWay: boolean,
  held: Deferral,
  now: number,
): void => {
  noteUsage(c, board, held === 'by the congestion window');
  noteStarvation(c, now);
  if (!wasOnTheWay) {
    c.firstUnansweredAtMs = NEVER;
    c.zeroWindowProbes = 0;
  } else if (c.retransmitFor === 'reordering' && c.retransmitAtMs !== NEVER) return;
  // RTO counts from the oldest segment, but a probe of the tail moves with the tail.
  const isRunning = wasOnTheWay && c.retransmitAtMs !== NEVER && c.retransmitFor === 'rto';
  if (!isRunning || mayProbe(c)) setRetransmissionTimer(c, board, false, now);
};

/** All is sent, and it was the send buffer that let the application write no more (tcp_cwnd_validate). */
const noteStarvation = (c: Connection, now: number): void => {
  if (c.writeQueue?.noSpace !== true || c.writeQueue.unsent > 0 || isCwndLimited(c)) return;
  if (c.state === 'ESTABLISHED' || c.state === 'CLOSE-WAIT') c.chronograph?.bufferLimits(true, now);
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
