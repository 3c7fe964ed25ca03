import { after, distance } from '../wire/sequence.ts';
import { type Connection, NEVER } from './connection.ts';
import { textRoom, transmitRange } from './departure.ts';
import { LOST, PUSHED, RESENT, type Scoreboard } from './scoreboard.ts';
import { tsvalAt } from './timestamp.ts';

/** Sends again what counts as lost, the oldest first, as far as the congestion window allows. */
export const resendLost = (c: Connection, board: Scoreboard, now: number): void => {
  for (let entry = 0; entry < board.count && board.toResendBytes > 0; entry += 1) {
    if (!board.is(entry, LOST) || board.is(entry, RESENT)) continue;
    const size = distance(board.endOf(entry), board.startOf(entry));
    if (board.inFlight > 0 && board.inFlight + Math.min(size, c.sndMss) > c.cwnd) return;
    if (!resend(c, board, entry, now)) return;
  }
};

/**
 * Sends one entry again; if it is larger than a segment may be now, its first part. False if the
 * peer's window has no room for it (tcp_retransmit_skb), which does not hold for the oldest entry
 * while nothing else would draw an answer; or if the device refuses it.
 */
export const resend = (c: Connection, board: Scoreboard, entry: number, now: number): boolean => {
  const start = board.startOf(entry);
  const windowLeft = c.sndWnd - distance(start, c.sndUna);
  if (windowLeft <= 0 && entry > 0) return false;
  if (c.outlet.isCongested?.() === true) return false;
  const room = windowLeft <= 0 ? textRoom(c) : Math.min(textRoom(c), windowLeft);
  const size = distance(board.endOf(entry), start);
  if (size > room && !(size === room + 1 && after(board.endOf(entry), c.sndEnd))) {
    board.split(entry, (start + room) | 0);
  }
  const end = board.endOf(entry);
  transmitRange(c, start, end, false, board.is(entry, PUSHED), now);
  noteResent(c, board, entry, now);
  return true;
};

const noteResent = (c: Connection, board: Scoreboard, entry: number, now: number): void => {
  board.prrOut += distance(board.endOf(entry), board.startOf(entry));
  board.markResent(entry, now);
  board.undoResent = Math.max(board.undoResent, 0) + 1;
  if (!board.hasResentTsval) {
    board.hasResentTsval = true;
    board.resentTsval = tsvalAt(c.tsOffset, now);
  }
  if (c.firstUnansweredAtMs === NEVER) c.firstUnansweredAtMs = now;
};
