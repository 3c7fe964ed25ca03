import type { Connection } from './connection.ts';
import type { Scoreboard } from './scoreboard.ts';

/**
 * How many segments Linux hands down in one go, as one packet that the network card cuts up (TSO). On
 * the wire it shows in where PSH stands, in what is sent together, and in what waits a moment to be.
 */

/** GSO_LEGACY_MAX_SIZE less the room for headers (sk_setup_caps); bytes. */
const MOST_BYTES = 65_536 - 320 - 1;
/** TCP_MSS_DEFAULT: up to here a window may be filled by one packet. */
const SMALL_WINDOW = 536;
/** tcp_pacing_ss_ratio and tcp_pacing_ca_ratio, in percent. */
const PACING_IN_SLOW_START = 200;
const PACING_LATER = 120;
/** A packet is about as much as leaves within 1/1024 s (`sk_pacing_shift`). */
const MS_PER_PACKET = 1000 / 1024;
/** A round trip halves the extra bytes so often at most (BITS_PER_TYPE of the size). */
const MOST_HALVINGS = 32;
/** Without tcp_tso_win_divisor so many segments do not wait for more (tcp_max_tso_deferred_mss). */
const WORTH_SENDING = 3;

/** Bytes of one buffer (tcp_xmit_size_goal): whole segments, and not over half of the peer's window. */
export const sizeGoal = (c: Connection, mss: number): number => {
  const cutoff = c.maxSndWnd > SMALL_WINDOW ? c.maxSndWnd >>> 1 : c.maxSndWnd;
  const most = cutoff > 0 ? Math.min(MOST_BYTES, cutoff) : MOST_BYTES;
  return Math.max(mss, most - (most % mss));
};

/**
 * Segments of one packet (tcp_tso_autosize): what the connection sends in a millisecond, more over a
 * short round trip, and tcp_min_tso_segs at least.
 */
export const segmentsPerPacket = (c: Connection, board: Scoreboard, mss: number): number => {
  const { tcp_tso_rtt_log: log, tcp_min_tso_segs: least } = c.settings;
  const halvings = Math.floor((c.minRttMs * 1000) / 2 ** log);
  const extra = halvings < MOST_HALVINGS ? MOST_BYTES / 2 ** halvings : 0;
  const bytes = Math.min(bytesPerPacketTime(c, board) + extra, MOST_BYTES);
  return Math.max(Math.floor(bytes / mss), least);
};

/** tcp_update_pacing_rate, which asks for nothing without a round trip measured. */
const bytesPerPacketTime = (c: Connection, board: Scoreboard): number => {
  const ratio = c.cwnd < c.ssthresh / 2 ? PACING_IN_SLOW_START : PACING_LATER;
  const window = (Math.max(c.cwnd, board.outBytes) * ratio) / 100;
  return c.srttMs > 0 ? (window / c.srttMs) * MS_PER_PACKET : MOST_BYTES;
};

/** Why a packet is held back; by which window, if by one. */
export type Deferral =
  | 'none'
  | 'by the congestion window'
  | 'by the peer'
  | 'by the device'
  | 'for more';

/** The packet that is to leave next: of the oldest buffer that is not sent, as much as may go. */
export class NextPacket {
  mss = 0;
  /** Most segments of a packet (`segmentsPerPacket`). */
  most = 0;
  /** Bytes in its buffer, and of those in it. */
  length = 0;
  size = 0;
  /** No other buffer waits behind: this one may still grow, unless it `isWhole` (FIN, MSG_EOR). */
  isNewest = false;
  isWhole = false;
  /** Bytes that the peer's window has room for. */
  room = 0;
}

/** Whether a packet of several segments waits for an acknowledgement to make it larger (tcp_tso_should_defer). */
export const deferral = (
  c: Connection,
  board: Scoreboard,
  packet: NextPacket,
  now: number,
): Deferral => {
  if (c.recovery === 'recovery' || c.recovery === 'loss') return 'none';
  // Only right after something was sent: else there may be no acknowledgement to wait for.
  if (now - c.lastDataSentAtMs >= 1 || board.count === 0) return 'none';
  const { mss, most, length, isNewest, room: peerRoom } = packet;
  const ownRoom = c.cwnd - board.inFlight;
  const room = Math.min(peerRoom, ownRoom);
  if (room >= most * mss || (!isNewest && room >= length)) return 'none';
  if (room >= worthSending(c, mss)) return 'none';
  const srttMs = Math.max(c.srttMs, 0);
  const awaitedMs = board.sentAtOf(0) + srttMs - now;
  if (awaitedMs > Math.min(srttMs / 2, 1)) return 'none';
  if (ownRoom < peerRoom && ownRoom <= length) return 'by the congestion window';
  if (ownRoom >= peerRoom && peerRoom <= length) return 'by the peer';
  return packet.isWhole ? 'none' : 'for more';
};

const worthSending = (c: Connection, mss: number): number => {
  const divisor = c.settings.tcp_tso_win_divisor;
  if (divisor === 0) return WORTH_SENDING * mss + 1;
  return Math.floor(Math.min(c.sndWnd, c.cwnd) / divisor);
};
