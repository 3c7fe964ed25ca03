import { ECE, type Segment } from '../wire/segment.ts';
import { before } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { detectLosses } from './loss-detection.ts';
import { restoreRto } from './round-trip.ts';
import { LOST, SACKED, type Scoreboard } from './scoreboard.ts';

/**
 * What an acknowledgement means for loss recovery (tcp_fastretrans_alert): losses are found, recovery
 * begins or ends, a needless one is undone, and during it the congestion window is set (RFC 6937).
 * `advanced` bytes are newly acknowledged in order. Gives the ms until RACK could find more, else 0.
 */
export const recover = (
  c: Connection,
  board: Scoreboard,
  segment: Segment,
  advanced: number,
  now: number,
): number => {
  endProbe(c, board, segment, advanced);
  if (board.mayUndo && isProvenNeedless(c, board, segment, advanced)) undo(c, board);
  if (c.recovery !== 'open' && c.recovery !== 'disorder') leaveIfOver(c);
  if (!c.sackPermitted) countDuplicates(c, board, advanced);
  const waitMs = detectLosses(c, board, now);
  if (board.lostBytes > 0 && c.recovery !== 'recovery' && c.recovery !== 'loss') {
    enterRecovery(c, board);
  } else if (c.ecn && (segment.flags & ECE) !== 0) enterCwr(c, board);
  if (c.recovery === 'open' || c.recovery === 'disorder') {
    const isInOrder = board.sackedBytes === 0 && c.duplicateAcks === 0;
    c.recovery = isInOrder ? 'open' : 'disorder';
  } else if (c.recovery !== 'loss') reduceProportionally(c, board, advanced);
  return waitMs;
};

/** Losses were found without a time-out (RFC 6675 §5 step 4, RFC 6582 §3.2 step 2). */
export const enterRecovery = (c: Connection, board: Scoreboard): void => {
  // A reduction for a congestion mark is under way: one a round trip is enough.
  if (c.recovery !== 'cwr') beginReduction(c, board);
  c.recovery = 'recovery';
  c.recoveryPoint = c.sndNxt;
};

/**
 * Congestion without a loss: the window is reduced once a round trip, as if there were one (RFC 3168
 * §6.1.2, tcp_enter_cwr).
 */
export const enterCwr = (c: Connection, board: Scoreboard): void => {
  if (c.recovery !== 'open' && c.recovery !== 'disorder') return;
  beginReduction(c, board);
  board.mayUndo = false;
  c.recovery = 'cwr';
  c.recoveryPoint = c.sndNxt;
};

const beginReduction = (c: Connection, board: Scoreboard): void => {
  rememberForUndo(c, board);
  board.priorCwnd = c.cwnd;
  board.prrDelivered = 0;
  board.prrOut = 0;
  c.ssthresh = c.congestion.reducedThreshold(c);
  if (c.ecn) c.ecnCwrWanted = true;
};

const rememberForUndo = (c: Connection, board: Scoreboard): void => {
  board.mayUndo = true;
  board.undoCwnd = c.cwnd;
  board.undoSsthresh = c.ssthresh;
  board.undoResent = -1;
  board.hasResentTsval = false;
};

/**
 * RTO (tcp_enter_loss, RFC 6298 §5, RFC 5681 §3.1): everything that the peer is not known to have
 * counts as lost, and slow start begins with one segment. The window is reduced once for each loss.
 */
export const enterLoss = (c: Connection, board: Scoreboard): void => {
  const isFirst =
    c.recovery === 'open' || c.recovery === 'disorder' || !before(c.sndUna, c.recoveryPoint);
  if (isFirst || (c.recovery === 'loss' && c.retransmits === 0)) {
    rememberForUndo(c, board);
    c.ssthresh = c.congestion.reducedThreshold(c);
    c.congestion.timedOut();
  }
  // A peer that acknowledges out of order what it still lacks in order has dropped it (RFC 2018 §8).
  if (board.is(0, SACKED)) board.forgetSacks();
  markAllLost(board);
  c.cwnd = c.sndMss;
  c.recovery = 'loss';
  c.recoveryPoint = c.sndNxt;
  c.duplicateAcks = 0;
  board.probeOut = false;
  if (c.ecn) c.ecnCwrWanted = true;
};

const markAllLost = (board: Scoreboard): void => {
  board.renoSackedBytes = 0;
  for (let entry = 0; entry < board.count; entry += 1) {
    if (!board.is(entry, SACKED)) board.markLost(entry);
  }
};

/** Without SACK each duplicate ACK means that one more segment has left the network (RFC 6582). */
const countDuplicates = (c: Connection, board: Scoreboard, advanced: number): void => {
  const room = board.outBytes - board.lostBytes;
  if (advanced === 0) {
    board.renoSackedBytes = Math.min(c.duplicateAcks * c.sndMss, Math.max(0, room));
    return;
  }
  board.renoSackedBytes = Math.max(0, board.renoSackedBytes - Math.max(0, advanced - c.sndMss));
  board.renoSackedBytes = Math.min(board.renoSackedBytes, Math.max(0, room));
  // RFC 6582 §3.2 step 3: a partial acknowledgement shows the next loss.
  const isPartial = c.recovery === 'recovery' && board.count > 0;
  if (isPartial && !board.is(0, LOST)) board.markLost(0);
};

const leaveIfOver = (c: Connection): void => {
  if (before(c.sndUna, c.recoveryPoint)) return;
  if (c.recovery !== 'loss' && c.ssthresh < c.cwnd) c.cwnd = c.ssthresh;
  if (c.recovery === 'recovery') c.cwnd = c.ssthresh;
  c.recovery = 'open';
  c.duplicateAcks = 0;
};

/** RFC 6937 with the slow start reduction bound (tcp_cwnd_reduction), in bytes. */
const reduceProportionally = (c: Connection, board: Scoreboard, advanced: number): void => {
  const delivered = board.deliveredBytes;
  if (delivered <= 0 && board.prrOut > 0) return;
  board.prrDelivered += delivered;
  const { inFlight } = board;
  const more =
    inFlight > c.ssthresh
      ? Math.ceil((c.ssthresh * board.prrDelivered) / board.priorCwnd) - board.prrOut
      : growthBelowThreshold(c, board, advanced);
  // The first retransmission of a recovery is never held back.
  const least = board.prrOut === 0 ? c.sndMss : 0;
  c.cwnd = inFlight + Math.max(more, least);
};

const growthBelowThreshold = (c: Connection, board: Scoreboard, advanced: number): number => {
  const bound = Math.max(board.prrDelivered - board.prrOut, board.deliveredBytes);
  const isRepairing = advanced > 0 && board.newlyLostBytes === 0;
  return Math.min(c.ssthresh - board.inFlight, isRepairing ? bound + c.sndMss : bound);
};

/**
 * The reduction was needless: each retransmission was told of as a duplicate (RFC 3708), or what is
 * acknowledged was sent before the first of them (RFC 3522).
 */
const isProvenNeedless = (
  c: Connection,
  board: Scoreboard,
  segment: Segment,
  advanced: number,
): boolean => {
  if (c.recovery !== 'recovery' && c.recovery !== 'loss') return false;
  if (board.duplicateSeen && board.undoResent === 0) return true;
  if (!c.timestamps || !segment.hasTimestamps || !board.hasResentTsval) return false;
  return advanced > 0 && segment.tsecr !== 0 && before(segment.tsecr, board.resentTsval);
};

const undo = (c: Connection, board: Scoreboard): void => {
  if (c.recovery === 'loss') restoreRto(c);
  c.cwnd = Math.max(c.cwnd, board.undoCwnd);
  c.ssthresh = Math.max(c.ssthresh, board.undoSsthresh);
  board.forgetLosses();
  board.mayUndo = false;
  c.recovery = 'open';
  c.duplicateAcks = 0;
  c.retransmits = 0;
};

/** Whether the tail loss probe told of a loss that it repaired (RFC 8985 §7.4, tcp_process_tlp_ack). */
const endProbe = (c: Connection, board: Scoreboard, segment: Segment, advanced: number): void => {
  if (!board.probeOut || before(segment.ack, board.probeEnd)) {
    // Both the segment and its copy arrived: nothing was lost.
    if (board.probeOut && board.duplicateSeen) board.probeOut = false;
    return;
  }
  board.probeOut = false;
  if (!board.probeResent || board.duplicateSeen || advanced === 0) return;
  if (c.recovery !== 'open' && c.recovery !== 'disorder') return;
  c.ssthresh = c.congestion.reducedThreshold(c);
  c.cwnd = Math.min(c.cwnd, c.ssthresh);
};
