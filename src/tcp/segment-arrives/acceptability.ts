import { ACK, FIN, RST, SYN } from '../../wire/packet.ts';
import type { Segment } from '../../wire/segment.ts';
import { add, after, before } from '../../wire/sequence.ts';
import { acknowledgeUnacceptable, challenge } from '../challenge-ack.ts';
import type { Connection } from '../connection.ts';
import { fail, withhold } from '../ending.ts';
import type { Rule } from '../reset-event.ts';
import { refuse, sendActiveReset } from '../send-reset.ts';
import { receiveWindow } from '../window.ts';
import { failsPaws, isOvertakenAck } from './paws.ts';
import { resetArrives } from './reset-arrives.ts';

const SYN_CHALLENGED: Rule = {
  source: 'RFC 5961 §4.2',
  says: 'A SYN on a synchronized connection is challenged, whatever its sequence number',
  claim: 'A14',
};
const NO_RESET_OUTSIDE: Rule = {
  source: 'RFC 9293 §3.10.7.4',
  says: 'A segment outside the window is answered with an acknowledgement, not a reset',
  claim: 'A23',
};

/**
 * RFC 9293 §3.10.7.4, first to fourth: sequence number with PAWS, RST, SYN; in the order and with
 * the answers of Linux's tcp_validate_incoming. True if the segment goes on to its acknowledgement.
 */
export const passes = (c: Connection, segment: Segment, now: number): boolean => {
  // A reset is taken even if its timestamp is old.
  if (failsPaws(c, segment, now) && (segment.flags & RST) === 0) {
    refuseOld(c, segment, now);
    return false;
  }
  const isAcceptable = hasAcceptableSequence(c, segment);
  if ((segment.flags & RST) !== 0) {
    resetArrives(c, segment, isAcceptable, now);
    return false;
  }
  if ((segment.flags & SYN) !== 0 && !(isAcceptable && completesSimultaneousOpen(c, segment))) {
    refuseSyn(c, segment, isAcceptable, now);
    return false;
  }
  if (isAcceptable) return true;
  if (tellsOnlyAck(c, segment)) return true;
  refuseUnacceptable(c, segment, now);
  return false;
};

/** RFC 5961 §4.2; or RFC 793 §3.9, fourth, where a SYN in the window is an error that ends it all. */
const refuseSyn = (c: Connection, segment: Segment, isAcceptable: boolean, now: number): void => {
  const isBefore = before(segment.seq, c.rcvNxt);
  if (!isAcceptable || isBefore || c.settings.resetlab_syn_acceptance === 'rfc5961') {
    return challenge(c, segment, SYN_CHALLENGED, now);
  }
  fail(c, 'ECONNRESET', sendActiveReset(c, 'four-tuple-reuse', now, 'INVALID_SYN'));
};

const refuseOld = (c: Connection, segment: Segment, now: number): void => {
  if ((segment.flags & SYN) !== 0) return challenge(c, segment, SYN_CHALLENGED, now);
  if (!isOvertakenAck(c, segment)) acknowledgeUnacceptable(c, segment, now);
};

/**
 * RFC 9293 §3.10.7.4, first, as Linux has it (tcp_sequence): a segment is too old if it ends before
 * the last acknowledgement sent, and too new if it begins beyond the right edge, which itself is
 * still inside. One that only ends beyond it is taken while the application has read all.
 */
const hasAcceptableSequence = (c: Connection, segment: Segment): boolean => {
  const end = add(segment.seq, segment.length);
  if (before(end, c.rcvWup)) return false;
  const edge = add(c.rcvNxt, receiveWindow(c));
  if (!after(add(end, -(segment.flags & FIN)), edge)) return true;
  return !after(segment.seq, edge) && c.receiveBuffer.readable === 0 && !c.finUnread;
};

/**
 * All of it was received before; where resetlab.old_segment says so, its acknowledgement counts all the
 * same (RFC 9293 §3.10.7.4 asks for valid ACKs only with the window shut; FreeBSD's tcp_do_segment always).
 */
const tellsOnlyAck = (c: Connection, segment: Segment): boolean => {
  if (c.settings.resetlab_old_segment !== 'take-ack') return false;
  if (after(add(segment.seq, segment.length), c.rcvNxt)) return false;
  c.ackScheduled = true;
  c.ackNow = true;
  return true;
};

const refuseUnacceptable = (c: Connection, segment: Segment, now: number): void => {
  const isAhead = after(segment.seq, c.rcvNxt);
  if (isAhead && c.settings.resetlab_out_of_window === 'reset') {
    refuse(c, segment, 'conntrack-invalid', now);
    return;
  }
  if (isAhead) withhold(c, 'conntrack-invalid', now, NO_RESET_OUTSIDE, segment);
  acknowledgeUnacceptable(c, segment, now);
};

/** The other end's SYN,ACK where both SYNs crossed (RFC 9293 §3.5, figure 7). */
const completesSimultaneousOpen = (c: Connection, segment: Segment): boolean =>
  c.state === 'SYN-RECEIVED' &&
  (segment.flags & ACK) !== 0 &&
  segment.length === 1 &&
  add(segment.seq, 1) === c.rcvNxt &&
  segment.ack === c.sndNxt;
