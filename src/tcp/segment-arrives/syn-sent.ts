import { ACK, RST, SYN } from '../../wire/packet.ts';
import type { Segment } from '../../wire/segment.ts';
import { add, after, distance } from '../../wire/sequence.ts';
import type { Connection } from '../connection.ts';
import { acknowledgeAtOnce } from '../ack-policy.ts';
import { agreeOnOptions } from '../handshake-options.ts';
import { output, transmitAck, transmitSyn } from '../output.ts';
import { refuse } from '../send-reset.ts';
import { hastenSyn } from '../timeouts.ts';
import { tsvalAt } from '../timestamp.ts';
import { enter } from '../transitions.ts';
import { establish } from './establish.ts';
import { resetArrivesInSynSent } from './reset-arrives.ts';

/** SEGMENT ARRIVES in SYN-SENT (RFC 9293 §3.10.7.3, tcp_rcv_synsent_state_process). */
export const synSentArrives = (c: Connection, segment: Segment, now: number): void => {
  const hasAck = (segment.flags & ACK) !== 0;
  const isReset = (segment.flags & RST) !== 0;
  // First: check the ACK bit.
  if (hasAck && !acknowledgesSyn(c, segment)) return refuseAck(c, segment, now);
  if (hasAck && echoesWhatWasNeverSent(c, segment, now)) return refuseEcho(c, segment, now);
  // Second: check the RST bit.
  if (isReset) return resetArrivesInSynSent(c, segment, hasAck, now);
  // Fourth: check the SYN bit; text and FIN with it are dropped, as on Linux.
  if ((segment.flags & SYN) === 0) return;
  synchronize(c, segment, now);
  if (hasAck) completeOpen(c, segment, now);
  else openSimultaneously(c, now);
};

const acknowledgesSyn = (c: Connection, { ack }: Segment): boolean =>
  after(ack, c.sndUna) && !after(ack, c.sndNxt);

const refuseAck = (c: Connection, segment: Segment, now: number): void => {
  // The peer holds something older, which our answer clears away: no need to wait for the time-out.
  hastenSyn(c, now);
  if ((segment.flags & RST) !== 0) return resetArrivesInSynSent(c, segment, false, now);
  refuse(c, segment, c.handshakeResetCause, now);
};

/** A SYN,ACK whose TSecr lies before our first SYN or after now answers another one's (PAWS). */
const echoesWhatWasNeverSent = (c: Connection, segment: Segment, now: number): boolean => {
  if (!segment.hasTimestamps || segment.tsecr === 0 || c.settings.tcp_timestamps === 0)
    return false;
  const first = Number.isFinite(c.firstUnansweredAtMs) ? c.firstUnansweredAtMs : now;
  const isEarlier = distance(segment.tsecr, tsvalAt(c.tsOffset, first)) < 0;
  return isEarlier || distance(segment.tsecr, tsvalAt(c.tsOffset, now)) > 0;
};

const refuseEcho = (c: Connection, segment: Segment, now: number): void => {
  if ((segment.flags & RST) !== 0) return resetArrivesInSynSent(c, segment, false, now);
  refuse(c, segment, 'paws', now);
};

/** The peer's SYN is taken: its sequence number, its window, its options. */
const synchronize = (c: Connection, segment: Segment, now: number): void => {
  c.irs = segment.seq;
  c.rcvNxt = add(segment.seq, 1);
  c.rcvWup = c.rcvNxt;
  c.sndWnd = segment.window;
  c.maxSndWnd = segment.window;
  c.sndWl1 = segment.seq;
  agreeOnOptions(c, segment, now);
};

const completeOpen = (c: Connection, segment: Segment, now: number): void => {
  establish(c, segment, now);
  // bytes_acked counts the SYN of an active open.
  c.bytesAcked = 1;
  if (c.pingPong) saveAck(c, now);
  else transmitAck(c, now);
  output(c, now);
};

/** With TCP_QUICKACK off the application is expected to write soon, and its text to carry the ACK. */
const saveAck = (c: Connection, now: number): void => {
  acknowledgeAtOnce(c);
  c.ackNow = false;
  c.delayedAckAtMs = now + MOST_DELAY_MS;
};

/** TCP_DELACK_MAX. */
const MOST_DELAY_MS = 200;

/** Both ends opened at once (RFC 9293 §3.5, figure 7). */
const openSimultaneously = (c: Connection, now: number): void => {
  enter(c, 'SYN-RECEIVED');
  c.simultaneousOpen = true;
  transmitSyn(c, now);
};
