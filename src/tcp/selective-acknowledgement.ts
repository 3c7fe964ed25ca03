import type { Segment } from '../wire/segment.ts';
import { after, atOrBefore, before } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { noteDelivered } from './loss-detection.ts';
import { LOST, RESENT, SACKED, type Scoreboard } from './scoreboard.ts';

/**
 * Takes the SACK blocks of an acknowledgement into the scoreboard (RFC 2018 §5, RFC 6675 §3). A block
 * that lies outside of what is on the way says nothing; the first may tell of a duplicate (RFC 2883).
 * `una` is what was unacknowledged before this segment.
 */
export const takeSelective = (
  c: Connection,
  board: Scoreboard,
  segment: Segment,
  una: number,
  now: number,
): void => {
  const { sack } = segment;
  let block = 0;
  if (isDuplicate(segment)) {
    noteDuplicate(c, board, sack[0], sack[1], una);
    block = 1;
  }
  for (; block < segment.sackBlocks; block += 1) {
    const start = sack[2 * block];
    const end = sack[2 * block + 1];
    if (!before(start, end) || after(end, c.sndNxt) || before(start, una)) continue;
    markBlock(c, board, start, end, now);
  }
};

/** RFC 2883 §4: the first block lies below the acknowledgement, or within the second block. */
const isDuplicate = (segment: Segment): boolean => {
  const { sack } = segment;
  if (!before(sack[0], sack[1])) return false;
  if (before(sack[0], segment.ack)) return atOrBefore(sack[1], segment.ack);
  return segment.sackBlocks > 1 && !before(sack[0], sack[2]) && atOrBefore(sack[1], sack[3]);
};

/** One retransmission was needless; when all were, so was the reduction (tcp_check_dsack). */
const noteDuplicate = (
  c: Connection,
  board: Scoreboard,
  start: number,
  end: number,
  una: number,
): void => {
  if (after(end, c.sndNxt) || before(start, una - c.maxSndWnd)) return;
  board.duplicateSeen = true;
  if (board.mayUndo && board.undoResent > 0) board.undoResent -= 1;
};

/** Marks each segment that the block holds whole. */
const markBlock = (
  c: Connection,
  board: Scoreboard,
  start: number,
  end: number,
  now: number,
): void => {
  let entry = board.entryAt(start);
  if (entry < board.count && before(board.startOf(entry), start)) entry += 1;
  for (; entry < board.count && atOrBefore(board.endOf(entry), end); entry += 1) {
    if (board.is(entry, SACKED)) continue;
    if (!board.everResent(entry) && !board.is(entry, LOST | RESENT)) {
      board.rttMs = Math.max(board.rttMs, now - board.sentAtOf(entry));
    }
    noteDelivered(c, board, entry, now);
    board.markSacked(entry);
  }
};
