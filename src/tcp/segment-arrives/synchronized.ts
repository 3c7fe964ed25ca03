import { ACK, FIN, RST, SYN } from '../../wire/packet.ts';
import { URG, type Segment } from '../../wire/segment.ts';
import { add, after, before } from '../../wire/sequence.ts';
import { afterSegment } from '../ack-policy.ts';
import { acknowledgementArrives } from '../acknowledgement.ts';
import { challenge } from '../challenge-ack.ts';
import type { Connection } from '../connection.ts';
import { dataArrives, duplicateArrives } from '../data.ts';
import { enterTimeWait, fail, finish, withhold } from '../ending.ts';
import { startFinWait2 } from '../fin-wait-2.ts';
import { predicted } from '../header-prediction.ts';
import { transmitAck } from '../output.ts';
import type { Rule } from '../reset-event.ts';
import { refuse } from '../send-reset.ts';
import { enter } from '../transitions.ts';
import { sendFin } from '../user-calls.ts';
import { passes } from './acceptability.ts';
import { establish } from './establish.ts';
import { updateTsRecent } from './paws.ts';
import { resetErrno } from './reset-arrives.ts';

const ACK_IN_DOUBT: Rule = {
  source: 'RFC 5961 §5.2',
  says: 'An acknowledgement of what was never sent, or of long ago, is challenged',
};
const READABLE_ALL_THE_SAME: Rule = {
  source: 'tcp_rcv_established',
  says: 'Data after shutdown of the reading side is acknowledged and stays readable',
  claim: 'A21',
};

/** SEGMENT ARRIVES in SYN-RECEIVED and all synchronized states but TIME-WAIT (RFC 9293 §3.10.7.4). */
export const synchronizedArrives = (
  c: Connection,
  segment: Segment,
  now: number,
  inBatch: boolean,
): void => {
  if (predicted(c, segment, now, inBatch)) return;
  if ((segment.flags & (ACK | RST | SYN)) === 0) return;
  if (!passes(c, segment, now)) return;
  if (!hasAcceptableAck(c, segment, now)) return;
  // An acknowledgement that a later one overtook tells no time either (old_ack in tcp_ack).
  if (!before(segment.ack, c.sndUna)) updateTsRecent(c, segment, now);
  const completes = c.state !== 'ESTABLISHED' && awaitsAckOfSyn(c);
  if (completes) {
    establish(c, segment, now);
    c.bytesAcked = 1;
  }
  acknowledgementArrives(c, segment, now);
  if (completes && c.sendShutdown) sendFin(c, now);
  if (finIsAcknowledged(c) && !afterOurFin(c, segment, now)) return;
  if (takeText(c, segment, now) && !isOver(c)) afterSegment(c, now);
};

/** Fifth: check the ACK field. */
const hasAcceptableAck = (c: Connection, segment: Segment, now: number): boolean => {
  const { ack } = segment;
  if (c.state === 'SYN-RECEIVED') return acknowledgesOurSyn(c, segment, now);
  if (after(ack, c.sndNxt)) {
    challenge(c, segment, ACK_IN_DOUBT, now);
    return false;
  }
  if (!before(ack, c.sndUna)) return ack !== c.iss || !leavesSynInDoubt(c, segment, now);
  const behind = Math.min(c.maxSndWnd, c.bytesAcked);
  if (!before(ack, add(c.sndUna, -behind))) return true;
  challenge(c, segment, ACK_IN_DOUBT, now);
  return false;
};

/** In SYN-RECEIVED a foreign acknowledgement is reset, and the connection waits on. */
const acknowledgesOurSyn = (c: Connection, segment: Segment, now: number): boolean => {
  const isNew = after(segment.ack, c.sndNxt);
  if (!isNew && after(segment.ack, c.sndUna)) return true;
  const reason = isNew ? 'TCP_ACK_UNSENT_DATA' : 'TCP_TOO_OLD_ACK';
  refuse(c, segment, 'bad-ack-in-handshake', now, reason);
  return false;
};

/** Closed in SYN-RECEIVED, and the SYN still not acknowledged: only text has a meaning, nobody reads it. */
const leavesSynInDoubt = (c: Connection, segment: Segment, now: number): boolean => {
  if (!awaitsAckOfSyn(c)) return false;
  updateTsRecent(c, segment, now);
  if (bringsNewText(c, segment)) refusesText(c, segment, now);
  return true;
};

/** Only a simultaneous open has its SYN unacknowledged here, perhaps closed already. */
const awaitsAckOfSyn = (c: Connection): boolean =>
  c.state === 'SYN-RECEIVED' ||
  (c.state === 'FIN-WAIT-1' && c.simultaneousOpen && c.sndUna === c.iss);

const finIsAcknowledged = (c: Connection): boolean => c.finSent && c.sndUna === add(c.sndEnd, 1);

/** What the acknowledgement of our FIN leads to. False if the segment has no more to say. */
const afterOurFin = (c: Connection, segment: Segment, now: number): boolean => {
  if (c.state === 'FIN-WAIT-1') {
    enter(c, 'FIN-WAIT-2');
    return !c.orphan || orphanInFinWait2(c, segment, now);
  }
  if (c.state === 'CLOSING') {
    enterTimeWait(c, now);
    return false;
  }
  if (c.state !== 'LAST-ACK') return true;
  finish(c);
  return false;
};

/** Nobody will read what still comes, so it is refused; else only the peer's FIN is waited for. */
const orphanInFinWait2 = (c: Connection, segment: Segment, now: number): boolean => {
  if (c.options.linger2Seconds < 0) {
    refuse(c, segment, 'linger2-abort', now, 'TCP_ABORT_ON_DATA');
    finish(c);
    return false;
  }
  if (bringsNewText(c, segment)) {
    refuse(c, segment, closedCause(c), now, 'TCP_ABORT_ON_DATA');
    finish(c);
    return false;
  }
  startFinWait2(c, now, (segment.flags & FIN) !== 0);
  return !c.becomesTimeWait;
};

/** Or a FIN that some is missing before. */
const bringsNewText = (c: Connection, segment: Segment): boolean =>
  segment.length > 0 && after(add(segment.seq, segment.payloadLength), c.rcvNxt);

const closedCause = (c: Connection): 'data-after-close' | 'linger-timeout' | 'read-shutdown' => {
  if (!c.orphan) return 'read-shutdown';
  return c.lingerExpired ? 'linger-timeout' : 'data-after-close';
};

/** Sixth to eighth: urgent, text and FIN. False if the text ended the connection. */
const takeText = (c: Connection, segment: Segment, now: number): boolean => {
  // Both SYNs crossed, and this is the peer's once more.
  if ((segment.flags & SYN) !== 0) duplicateArrives(c, segment);
  if (segment.payloadLength === 0 && (segment.flags & (FIN | URG)) === 0) return true;
  if (hasPeerClosed(c) && !before(segment.seq, c.rcvNxt)) return true;
  if (c.receiveShutdown && bringsNewText(c, segment) && refusesText(c, segment, now)) return false;
  const hadFin = c.finReceived;
  dataArrives(c, segment, now);
  if (c.finReceived && !hadFin) finArrives(c, now);
  return true;
};

const hasPeerClosed = ({ state }: Connection): boolean =>
  state === 'CLOSE-WAIT' || state === 'CLOSING' || state === 'LAST-ACK';

/** Text that nobody will read: reset (RFC 9293 §3.6.1), unless our sending side is still open. */
const refusesText = (c: Connection, segment: Segment, now: number): boolean => {
  if (c.state === 'ESTABLISHED' && c.settings.resetlab_read_shutdown === 'discard') {
    withhold(c, 'read-shutdown', now, READABLE_ALL_THE_SAME, segment);
    return false;
  }
  const event = refuse(c, segment, closedCause(c), now, 'TCP_ABORT_ON_DATA');
  fail(c, resetErrno(c.state), event);
  return true;
};

/** Eighth: check the FIN bit, once all text before it is there. */
const finArrives = (c: Connection, now: number): void => {
  c.receiveShutdown = true;
  if (c.state === 'ESTABLISHED') enter(c, 'CLOSE-WAIT');
  else transmitAck(c, now);
  // Whatever came out of order lies beyond the end, and is told of no more (tcp_sack_reset).
  c.reassembly = undefined;
  if (c.state === 'FIN-WAIT-1') return enter(c, 'CLOSING');
  if (c.state === 'FIN-WAIT-2') enterTimeWait(c, now);
};

const isOver = ({ state }: Connection): boolean => state === 'CLOSED' || state === 'TIME-WAIT';
