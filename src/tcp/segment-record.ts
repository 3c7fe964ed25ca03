import type { Segment } from '../wire/segment.ts';
import type { Connection } from './connection.ts';
import type { SegmentRecord, Variables } from './reset-event.ts';

/** What an event keeps of a segment, which is valid during the call only. */
export const recordOf = (segment: Segment): SegmentRecord => ({
  seq: segment.seq,
  ack: segment.ack,
  flags: segment.flags,
  window: segment.window,
  length: segment.payloadLength,
});

/** What an event keeps of a connection, which goes on. */
export const variablesOf = (c: Connection): Variables => ({
  sndUna: c.sndUna,
  sndNxt: c.sndNxt,
  sndWnd: c.sndWnd,
  rcvNxt: c.rcvNxt,
  rcvWnd: c.rcvWnd,
  unread: c.receiveBuffer.readable,
  unacknowledged: c.sendBuffer.length,
});
