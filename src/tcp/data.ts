import { FIN } from '../wire/packet.ts';
import { CWR, type Segment, URG } from '../wire/segment.ts';
import { add, after, atOrBefore, before, distance } from '../wire/sequence.ts';
import { acknowledgeAtOnce, textArrived } from './ack-policy.ts';
import type { Connection } from './connection.ts';
import { Reassembly } from './reassembly.ts';
import { receiveWindow } from './window.ts';

/**
 * Takes the text and FIN of an acceptable segment of a synchronized connection (RFC 9293 §3.10.7.4,
 * seventh and eighth step; tcp_data_queue) and puts in order what it can. What begins in the window is
 * taken whole, even if it ends beyond. RCV.NXT moves, `finReceived` tells that it passed the FIN, and an
 * acknowledgement is owed.
 */
export const dataArrives = (c: Connection, segment: Segment, now: number): void => {
  const hasFin = (segment.flags & FIN) !== 0;
  const length = segment.payloadLength;
  if (length === 0 && !hasFin) return;
  // What came twice is told of before the next text comes, or never.
  c.reassembly?.forgetDuplicate();
  if (c.ecn) takeCongestionMarks(c, segment);
  if ((segment.flags & URG) !== 0) takeUrgentPointer(c, segment);
  // Beyond a FIN there is nothing (RFC 9293 §3.10.7.4, CLOSE-WAIT and later).
  if (c.finReceived && after(add(segment.seq, segment.length), c.rcvNxt)) return;
  if (segment.seq === c.rcvNxt) return inOrder(c, segment, 0, now);
  if (after(segment.seq, c.rcvNxt)) return outOfOrder(c, segment);
  const known = distance(c.rcvNxt, segment.seq);
  if (known < segment.length) return partlyKnown(c, segment, known, now);
  duplicateArrives(c, segment);
};

/** The beginning came before; that is told, but hastens no acknowledgement (tcp_data_queue). */
const partlyKnown = (c: Connection, segment: Segment, known: number, now: number): void => {
  noteDuplicate(c, segment.seq, c.rcvNxt);
  if (receiveWindow(c) === 0) acknowledgeAtOnce(c);
  else inOrder(c, segment, known, now);
};

/**
 * Text came again that was received before (RFC 2883): the next acknowledgement tells so, and it
 * leaves at once. For segments that are not acceptable, too (tcp_send_dupack).
 */
export const duplicateArrives = (c: Connection, segment: Segment): void => {
  const end = add(segment.seq, segment.length);
  if (!before(segment.seq, c.rcvNxt) || end === segment.seq) return;
  acknowledgeAtOnce(c);
  const known = after(end, c.rcvNxt) ? c.rcvNxt : end;
  noteDuplicate(c, segment.seq, known);
};

const tellsDuplicates = (c: Connection): boolean => c.sackPermitted && c.settings.tcp_dsack !== 0;

const noteDuplicate = (c: Connection, start: number, end: number): void => {
  if (!tellsDuplicates(c)) return;
  c.reassembly ??= new Reassembly();
  c.reassembly.noteDuplicate(start, end);
};

/** The text from `known` bytes on continues what was received. */
const inOrder = (c: Connection, segment: Segment, known: number, now: number): void => {
  const left = segment.payloadLength - known;
  // With the window shut a FIN alone is still taken; the peer may have no other way to tell.
  if (left > 0 && receiveWindow(c) === 0) return acknowledgeAtOnce(c);
  if (left > 0) {
    c.receiveBuffer.place(0, segment.payload, segment.payloadOffset + known, left);
    c.receiveBuffer.advance(left);
    c.rcvNxt = add(c.rcvNxt, left);
  }
  // Be it all known, and only the FIN new (tcp_event_data_recv).
  if (segment.payloadLength > 0) textArrived(c, segment, now);
  if ((segment.flags & FIN) !== 0) return takeFin(c);
  if (c.reassembly !== undefined) closeGap(c, left);
};

/** What stood behind the gap of `length` bytes is in order now (RFC 5681 §4.2: acknowledged at once). */
const closeGap = (c: Connection, length: number): void => {
  const { reassembly } = c;
  if (reassembly === undefined || reassembly.count === 0) return;
  if (tellsDuplicates(c)) reassembly.noteOverlap(add(c.rcvNxt, -length), c.rcvNxt);
  const reached = reassembly.take(c.rcvNxt);
  const fin = reassembly.firstFin(c.rcvNxt, reached);
  const next = fin ?? reached;
  if (next !== c.rcvNxt) c.receiveBuffer.advance(distance(next, c.rcvNxt));
  c.rcvNxt = next;
  c.ackNow = true;
  if (reassembly.isIdle) c.reassembly = undefined;
  if (fin !== undefined) takeFin(c);
};

/** A FIN among what came too early counts one in the ranges that are told (tcp_data_queue_ofo). */
const outOfOrder = (c: Connection, segment: Segment): void => {
  const ahead = distance(segment.seq, c.rcvNxt);
  if (ahead >= receiveWindow(c)) return acknowledgeAtOnce(c);
  const { payloadLength } = segment;
  c.ackScheduled = true;
  const end = add(segment.seq, segment.length);
  c.reassembly ??= new Reassembly();
  if (tellsDuplicates(c)) c.reassembly.noteOverlap(segment.seq, end);
  // What brings nothing new is dropped, and its FIN with it (tcp_data_queue_ofo).
  if (!c.reassembly.add(segment.seq, end)) return;
  if ((segment.flags & FIN) !== 0) c.reassembly.addFin(add(end, -1));
  if (payloadLength === 0) return;
  c.reassembly.forgetFins(segment.seq, add(segment.seq, payloadLength));
  c.receiveBuffer.place(ahead, segment.payload, segment.payloadOffset, payloadLength);
};

/**
 * RCV.NXT passes the FIN (tcp_fin). In ESTABLISHED its acknowledgement may wait for a close of this
 * side to go with it; elsewhere the peer has only this to wait for.
 */
const takeFin = (c: Connection): void => {
  c.rcvNxt = add(c.rcvNxt, 1);
  c.finReceived = true;
  c.finUnread = true;
  c.ackScheduled = true;
  if (c.state === 'ESTABLISHED') c.pingPong = true;
  else c.ackNow = true;
};

/** RFC 3168 §6.1.3: congestion is echoed until the sender says that it has reduced. */
const takeCongestionMarks = (c: Connection, segment: Segment): void => {
  if ((segment.flags & CWR) !== 0) c.ecnEchoWanted = false;
  if (segment.ecn !== 3) return;
  c.ecnEchoWanted = true;
  acknowledgeAtOnce(c);
};

/** RFC 9293 §3.10.7.4, sixth step: RCV.UP only moves forward. */
const takeUrgentPointer = (c: Connection, segment: Segment): void => {
  const pointer = add(segment.seq, segment.urgentPointer);
  if (!after(pointer, c.rcvNxt)) return;
  if (c.urgentReceived && atOrBefore(pointer, c.rcvUp)) return;
  c.rcvUp = pointer;
  c.urgentReceived = true;
};
