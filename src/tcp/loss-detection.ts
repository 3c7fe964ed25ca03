import { after, atOrBefore, before, distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { LOST, RESENT, SACKED, type Scoreboard } from './scoreboard.ts';

/**
 * The peer has this entry: RACK's newest delivery moves (RFC 8985 §6.2 steps 1 to 3), and whether
 * segments overtake one another shows.
 */
export const noteDelivered = (
  c: Connection,
  board: Scoreboard,
  entry: number,
  now: number,
): void => {
  const end = board.endOf(entry);
  board.deliveredBytes += distance(end, board.startOf(entry));
  const isAmbiguous = board.everResent(entry);
  if (!board.isDelivered || after(end, board.highestDelivered)) board.highestDelivered = end;
  if (board.wasDelivered && !isAmbiguous && before(end, board.deliveredBefore)) {
    const bytes = distance(board.deliveredBefore, board.startOf(entry));
    if (bytes > board.overtakenBytes) board.overtakenBytes = bytes;
  }
  board.isDelivered = true;
  const sentAtMs = board.sentAtOf(entry);
  const rttMs = now - sentAtMs;
  // Answered sooner than any round trip takes: the answer was to an earlier copy.
  if (isAmbiguous && rttMs < c.minRttMs) return;
  board.rackRttMs = rttMs;
  if (!isSentAfter(sentAtMs, end, board.rackSentAtMs, board.rackEnd)) return;
  board.rackSentAtMs = sentAtMs;
  board.rackEnd = end;
};

/**
 * What was just told of came after others that were sent later (tcp_check_sack_reordering): once for all
 * that a SACK option tells, once for all that is acknowledged in order.
 */
export const noteReordering = (c: Connection, board: Scoreboard): void => {
  if (board.overtakenBytes === 0) return;
  c.reorderingSeen += 1;
  const most = c.settings.tcp_max_reordering;
  const degree = Math.min(Math.ceil(board.overtakenBytes / c.sndMss), most);
  board.overtakenBytes = 0;
  if (degree > Math.max(c.reorderingDegree, c.settings.tcp_reordering)) c.reorderingDegree = degree;
};

const isSentAfter = (atMs: number, end: number, thanMs: number, thanEnd: number): boolean =>
  atMs > thanMs || (atMs === thanMs && after(end, thanEnd));

/**
 * Marks what counts as lost now: by RACK (RFC 8985 §6.2 step 5), by what was selectively acknowledged
 * above it (RFC 6675 §4, IsLost), or by duplicate ACKs (RFC 6582). Gives how many ms until RACK could
 * mark more, 0 if never.
 */
export const detectLosses = (c: Connection, board: Scoreboard, now: number): number => {
  if (!c.sackPermitted) {
    detectByDuplicates(c, board);
    return 0;
  }
  const mayLack = board.sackedBytes > 0 || board.resentBytes > 0;
  if (!mayLack || !board.isDelivered) return 0;
  if ((c.settings.tcp_recovery & 1) !== 0) return detectByTime(c, board, now);
  detectByBlocks(c, board);
  return 0;
};

const detectByTime = (c: Connection, board: Scoreboard, now: number): number => {
  const allowanceMs = board.rackRttMs + reorderingWindow(c, board);
  let waitMs = 0;
  for (let entry = 0; entry < board.count; entry += 1) {
    if (board.is(entry, SACKED) || (board.is(entry, LOST) && !board.is(entry, RESENT))) continue;
    const sentAtMs = board.sentAtOf(entry);
    if (!isSentAfter(board.rackSentAtMs, board.rackEnd, sentAtMs, board.endOf(entry))) continue;
    const leftMs = sentAtMs + allowanceMs - now;
    if (leftMs <= 0) board.markLost(entry);
    else if (leftMs > waitMs) waitMs = leftMs;
  }
  return waitMs;
};

/** RFC 8985 §6.2 step 4: none until reordering was seen, once enough is missing or recovery runs. */
const reorderingWindow = (c: Connection, board: Scoreboard): number => {
  if (c.reorderingSeen === 0) {
    if (c.recovery === 'recovery' || c.recovery === 'loss') return 0;
    if (board.sackedBytes > (c.settings.tcp_reordering - 1) * c.sndMss) return 0;
  }
  return Math.min(c.minRttMs / 4, Math.max(c.srttMs, 0));
};

/** RFC 6675 §4: more than two segments' worth above it is there. */
const detectByBlocks = (c: Connection, board: Scoreboard): void => {
  const enough = (c.settings.tcp_reordering - 1) * c.sndMss;
  let above = 0;
  for (let entry = board.count - 1; entry >= 0; entry -= 1) {
    if (board.is(entry, SACKED)) above += distance(board.endOf(entry), board.startOf(entry));
    else if (above > enough && !board.is(entry, LOST) && !board.everResent(entry)) {
      board.markLost(entry);
    }
  }
};

/** RFC 6582 §3.2: the third duplicate ACK, but none that answers an earlier recovery's segments. */
const detectByDuplicates = (c: Connection, board: Scoreboard): void => {
  if (c.duplicateAcks < c.settings.tcp_reordering || c.recovery === 'recovery') return;
  if (c.recovery === 'loss' || atOrBefore(c.sndUna, c.recoveryPoint)) return;
  if (!board.is(0, LOST)) board.markLost(0);
};
