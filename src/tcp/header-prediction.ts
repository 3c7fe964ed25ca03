import { ACK } from '../wire/packet.ts';
import { PSH, type Segment } from '../wire/segment.ts';
import { after, before, distance } from '../wire/sequence.ts';
import { acknowledgementArrives } from './acknowledgement.ts';
import { afterSegment } from './ack-policy.ts';
import type { Connection } from './connection.ts';
import { dataArrives } from './data.ts';
import { receiveWindow } from './window.ts';

/**
 * Takes the segment whole if it is the next in order of an established connection with nothing
 * special about it, as nearly all are (Linux's fast path of tcp_rcv_established). False, and nothing
 * done, for any other: it goes through all steps of RFC 9293 §3.10.7.4, which would do the same.
 * `inBatch`: nothing is sent yet.
 */
export const predicted = (
  c: Connection,
  segment: Segment,
  now: number,
  inBatch: boolean,
): boolean => {
  if (c.state !== 'ESTABLISHED' || c.receiveShutdown) return false;
  if (c.reassembly !== undefined && c.reassembly.hasFin) return false;
  if ((segment.flags & ~PSH) !== ACK || segment.seq !== c.rcvNxt) return false;
  if (before(segment.ack, c.sndUna) || after(segment.ack, c.sndNxt)) return false;
  const length = segment.payloadLength;
  if (length > receiveWindow(c) || segment.hasTimestamps !== c.timestamps) return false;
  if (c.timestamps && !takeTimestamp(c, segment, now)) return false;
  if (length === 0 || !isOnlyText(c, segment)) acknowledgementArrives(c, segment, now);
  else if (after(segment.seq, c.sndWl1)) c.sndWl1 = segment.seq;
  if (length > 0) dataArrives(c, segment, now);
  if (inBatch) c.answerPutOff = true;
  else afterSegment(c, now);
  return true;
};

/** RFC 7323 §4.3 and §5.3 for a segment at RCV.NXT; false where PAWS is in question. */
const takeTimestamp = (c: Connection, segment: Segment, now: number): boolean => {
  if (distance(segment.tsval, c.tsRecent) < 0) return false;
  if (c.rcvWup !== c.rcvNxt) return true;
  c.tsRecent = segment.tsval;
  c.tsRecentAtMs = now;
  return true;
};

/** Its acknowledgement says nothing new. */
const isOnlyText = (c: Connection, segment: Segment): boolean =>
  segment.ack === c.sndUna &&
  segment.sackBlocks === 0 &&
  c.scoreboard === undefined &&
  segment.window << c.sndWndScale === c.sndWnd &&
  c.keepaliveProbes === 0;
