import { FIN, SYN } from '../wire/packet.ts';
import type { Segment } from '../wire/segment.ts';
import { after, atOrBefore, before, distance } from '../wire/sequence.ts';
import { type Connection, NEVER } from './connection.ts';
import { noteDelivered, noteReordering } from './loss-detection.ts';
import { recover } from './loss-recovery.ts';
import { updateSendMss } from './path-mtu.ts';
import { rearmPersist, setRetransmissionTimer } from './retransmission-timer.ts';
import { echoedRoundTrip, takeRoundTrip } from './round-trip.ts';
import { giveScoreboard, SACKED, type Scoreboard } from './scoreboard.ts';
import { takeSelective } from './selective-acknowledgement.ts';
import { isCwndLimited } from './sending-rate.ts';

/**
 * Takes an acceptable acknowledgement, one that lies at or before SND.NXT, of a synchronized
 * connection (RFC 9293 §3.10.7.4, tcp_ack): SND.UNA and the peer's window, round trip, what is lost,
 * congestion. Sends nothing; `output` after it sends what this allows.
 */
export const acknowledgementArrives = (c: Connection, segment: Segment, now: number): void => {
  const una = c.sndUna;
  const advanced = distance(segment.ack, una);
  if (advanced < 0) return overtakenArrives(c, segment, now);
  c.lastReceivedAtMs = now;
  c.keepaliveProbes = 0;
  c.windowProbes = 0;
  const isWindowNew = takeWindow(c, segment);
  if (advanced > 0) advance(c, segment.ack, advanced);
  const board = c.scoreboard;
  if (board === undefined) return probeAnswered(c, now);
  board.beginAcknowledgement();
  if (segment.sackBlocks > 0) {
    takeSelective(c, board, segment, una, now);
    noteReordering(c, board);
  }
  if (advanced > 0) {
    takeCumulative(c, board, segment.ack, now);
    noteReordering(c, board);
    // One segment filled the hole; the rest was told of by duplicate ACKs (tcp_remove_reno_sacks).
    const known = board.renoSackedBytes;
    if (known > 0) board.deliveredBytes = Math.max(board.deliveredBytes - known, c.sndMss);
    c.duplicateAcks = 0;
  } else if (!isWindowNew && isPlain(segment)) c.duplicateAcks += 1;
  takeMeasurement(c, board, segment, advanced > 0, now);
  const waitMs = recover(c, board, segment, advanced, now);
  if (advanced > 0 || isProgress(c, board)) growWindow(c, board, now);
  setTimer(c, board, advanced > 0, waitMs, now);
};

/** An acknowledgement that a later one overtook: what it acknowledges selectively is news all the same. */
const overtakenArrives = (c: Connection, segment: Segment, now: number): void => {
  const board = c.scoreboard;
  if (board === undefined || segment.sackBlocks === 0) return;
  board.beginAcknowledgement();
  takeSelective(c, board, segment, c.sndUna, now);
  noteReordering(c, board);
  const waitMs = recover(c, board, segment, 0, now);
  setTimer(c, board, false, waitMs, now);
};

/** RFC 5681 §2: a duplicate acknowledgement carries neither text nor SYN nor FIN. */
const isPlain = (segment: Segment): boolean =>
  segment.payloadLength === 0 && (segment.flags & (SYN | FIN)) === 0;

/** SND.WND, from a segment newer than the one that set it (tcp_may_update_window). */
const takeWindow = (c: Connection, segment: Segment): boolean => {
  const window = segment.window << c.sndWndScale;
  const isNewer =
    after(segment.ack, c.sndUna) ||
    after(segment.seq, c.sndWl1) ||
    (segment.seq === c.sndWl1 && (window > c.sndWnd || window === 0));
  if (!isNewer) return false;
  c.sndWl1 = segment.seq;
  if (window === c.sndWnd) return false;
  c.sndWnd = window;
  if (window > c.maxSndWnd) {
    c.maxSndWnd = window;
    updateSendMss(c);
  }
  return true;
};

const advance = (c: Connection, ack: number, advanced: number): void => {
  const hasFin = c.finSent && after(ack, c.sndEnd);
  c.sendBuffer.acknowledge(hasFin ? advanced - 1 : advanced);
  c.writeQueue?.acknowledge(ack);
  c.sndUna = ack;
  c.bytesAcked += advanced;
  c.retransmits = 0;
  if (c.urgentToSend && atOrBefore(c.sndUp, ack)) c.urgentToSend = false;
};

/**
 * An acknowledgement while nothing is on the way (tcp_ack_probe): a window with room for the next
 * segment ends the probes, another one puts the next probe off.
 */
const probeAnswered = (c: Connection, now: number): void => {
  if (c.retransmitFor !== 'persist' || c.retransmitAtMs === NEVER) return;
  const next = Math.min(distance(c.sndEnd, c.sndNxt), c.sndMss);
  const isLast = c.finQueued && next === distance(c.sndEnd, c.sndNxt);
  if (c.sndWnd < (isLast ? next + 1 : next)) return rearmPersist(c, now);
  c.backoff = 0;
  c.zeroWindowProbes = 0;
  c.firstUnansweredAtMs = NEVER;
  c.retransmitAtMs = NEVER;
};

/** Everything before `ack` is taken from the scoreboard; the oldest of it gives a round trip. */
const takeCumulative = (c: Connection, board: Scoreboard, ack: number, now: number): void => {
  let isAmbiguous = false;
  let oldestMs = -1;
  while (board.count > 0 && atOrBefore(board.endOf(0), ack)) {
    if (board.everResent(0)) isAmbiguous = true;
    else if (oldestMs < 0 && !board.is(0, SACKED)) oldestMs = now - board.sentAtOf(0);
    if (!board.is(0, SACKED)) noteDelivered(c, board, 0, now);
    board.pop();
  }
  if (board.count > 0 && before(board.startOf(0), ack)) {
    board.deliveredBytes += distance(ack, board.startOf(0));
    board.trim(ack);
  }
  // Karn: what was sent twice tells no time, nor does what came together with it (RFC 6298 §3).
  if (isAmbiguous) board.rttMs = -1;
  else if (oldestMs >= 0) board.rttMs = oldestMs;
};

const takeMeasurement = (
  c: Connection,
  board: Scoreboard,
  segment: Segment,
  isAdvanced: boolean,
  now: number,
): void => {
  let { rttMs } = board;
  if (rttMs < 0 && isAdvanced && c.timestamps && segment.hasTimestamps) {
    rttMs = echoedRoundTrip(c, segment.tsecr, now);
  }
  if (rttMs < 0) return;
  takeRoundTrip(c, rttMs);
  if (isAdvanced) c.congestion.measured(c, rttMs, now);
};

/** Where segments overtake one another, what comes out of order counts at once (tcp_may_raise_cwnd). */
const isProgress = (c: Connection, board: Scoreboard): boolean =>
  board.deliveredBytes > 0 && c.reorderingDegree > c.settings.tcp_reordering;

/**
 * Slow start and congestion avoidance, where they and not recovery rule the window. What was
 * selectively acknowledged before does not count again (tcp_cong_control, acked_sacked).
 */
const growWindow = (c: Connection, board: Scoreboard, now: number): void => {
  if (c.recovery === 'recovery' || c.recovery === 'cwr') return;
  if (!isCwndLimited(c) && c.recovery !== 'loss') return;
  c.congestion.acknowledged(c, board.deliveredBytes, now);
};

const setTimer = (
  c: Connection,
  board: Scoreboard,
  isAdvanced: boolean,
  waitMs: number,
  now: number,
): void => {
  if (board.count === 0) {
    c.scoreboard = undefined;
    giveScoreboard(board);
    c.retransmitAtMs = NEVER;
    c.firstUnansweredAtMs = NEVER;
    return;
  }
  // Progress: what is still missing is given its whole time.
  if (isAdvanced) c.firstUnansweredAtMs = NEVER;
  if (waitMs > 0) {
    c.retransmitFor = 'reordering';
    c.retransmitAtMs = now + waitMs;
    return;
  }
  if (!isAdvanced && c.retransmitFor !== 'reordering') return;
  setRetransmissionTimer(c, board, isAdvanced, now);
};
