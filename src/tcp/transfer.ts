import { beginTuning } from './buffer-tuning.ts';
import { type Connection, NEVER } from './connection.ts';
import { updateSendMss } from './path-mtu.ts';
import { takeRoundTrip } from './round-trip.ts';
import { initialCwnd } from './sending-rate.ts';
import { windowClamp } from './window.ts';

/** RTO after a handshake whose retransmissions hid the round trip (RFC 6298 §5.7). */
const FALLBACK_RTO_MS = 3000;
/** Bounds of the first guess at the peer's segment size (tcp_initialize_rcv_mss). */
const LEAST_PEER_MSS = 88;
const MOST_PEER_MSS = 536;

/** How long the handshake took, in ms, seen from the end that sent the SYN; -1 if it was sent twice. */
export const handshakeRttMs = (c: Connection, now: number): number =>
  c.retransmits === 0 && c.firstUnansweredAtMs !== NEVER ? now - c.firstUnansweredAtMs : -1;

/**
 * The connection is synchronized, and what the handshake agreed on is in force (tcp_init_transfer):
 * the SYN's timer stops; send MSS, RTO and congestion window begin. `rttMs`: as measured by the
 * handshake, -1 if it told nothing.
 */
export const beginTransfer = (c: Connection, rttMs: number, now: number): void => {
  c.retransmitAtMs = NEVER;
  c.firstUnansweredAtMs = NEVER;
  c.retransmits = 0;
  c.backoff = 0;
  c.lastReceivedAtMs = now;
  c.lastTextReceivedAtMs = now;
  c.maxSndWnd = Math.max(c.maxSndWnd, c.sndWnd);
  updateSendMss(c);
  c.rcvWndBound = Math.min(c.rcvWnd, windowClamp(c));
  c.rcvMss = Math.max(
    LEAST_PEER_MSS,
    Math.min(c.advertisedMss, c.sndMss, c.rcvWnd >>> 1, MOST_PEER_MSS),
  );
  if (rttMs >= 0) takeRoundTrip(c, rttMs);
  else c.rtoMs = FALLBACK_RTO_MS;
  c.cwnd = initialCwnd(c);
  beginTuning(c, now);
  c.cwndUsageSeq = c.sndUna;
  c.rttSeq = c.sndUna;
  c.recoveryPoint = c.iss;
  c.lastSmallEnd = c.iss;
  c.pushEnd = c.sndEnd;
};
