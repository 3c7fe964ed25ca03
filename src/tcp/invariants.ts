import { add, after, atOrBefore, before, distance } from '../wire/sequence.ts';
import { type Connection, NEVER } from './connection.ts';
import { receiveWindow } from './window.ts';

/** Throws, naming the connection's variables, if one of the engine's own rules is broken. */
export const assertInvariants = (c: Connection): void => {
  if (c.state === 'CLOSED') return assertIsOver(c);
  assertSending(c);
  if (c.state === 'SYN-SENT') return;
  assertReceiving(c);
  assertFins(c);
};

const assertIsOver = (c: Connection): void => {
  claim(c, 'no timer runs in CLOSED', earliestTimer(c) === NEVER);
  claim(c, 'nothing waits to be sent in CLOSED', c.sendBuffer.length === 0);
};

const assertSending = (c: Connection): void => {
  claim(c, 'SND.UNA is at or before SND.NXT', atOrBefore(c.sndUna, c.sndNxt));
  const end = c.finSent ? add(c.sndEnd, 1) : c.sndEnd;
  claim(c, 'SND.NXT is at or before what was written', atOrBefore(c.sndNxt, end));
  claim(c, 'a FIN is sent only after it was queued', !c.finSent || c.finQueued);
  claim(
    c,
    'the send buffer holds what is not acknowledged',
    c.sendBuffer.length === unacknowledged(c),
  );
  const unsent = c.writeQueue?.unsent ?? 0;
  claim(c, 'text that is not sent lies in buffers', after(c.sndEnd, c.sndNxt) === unsent > 0);
  claim(c, 'the window is no negative number', c.sndWnd >= 0 && c.sndWnd <= c.maxSndWnd);
  claim(c, 'something of a segment can be sent', c.sndMss > 0);
};

/** Bytes of text from SND.UNA to the last one written; SYN and FIN have no bytes. */
const unacknowledged = (c: Connection): number => {
  const first = c.sndUna === c.iss && isOpening(c) ? add(c.iss, 1) : c.sndUna;
  return after(first, c.sndEnd) ? 0 : distance(c.sndEnd, first);
};

const isOpening = (c: Connection): boolean =>
  c.state === 'SYN-SENT' ||
  c.state === 'SYN-RECEIVED' ||
  (c.state === 'FIN-WAIT-1' && c.simultaneousOpen);

const assertReceiving = (c: Connection): void => {
  claim(c, 'the last ACK sent acknowledges what was received', atOrBefore(c.rcvWup, c.rcvNxt));
  claim(c, 'the window fits the header', c.rcvWnd >= 0 && c.rcvWnd <= 0xffff * 2 ** c.rcvWndScale);
  const unread = c.receiveBuffer.readable;
  const received = distance(c.rcvNxt, add(c.irs, 1));
  // Beyond 2^31 bytes the distance says nothing.
  claim(c, 'no more is readable than was received', received < 0 || unread <= received);
  if (c.reassembly !== undefined) assertReassembly(c, c.reassembly.ranges());
};

/** A segment is taken whole if it begins in the window, and may end so far beyond. */
const LONGEST = 65_535;

const assertReassembly = (c: Connection, ranges: readonly (readonly [number, number])[]): void => {
  const edge = add(c.rcvNxt, receiveWindow(c));
  let last = c.rcvNxt;
  for (const [start, end] of ranges) {
    claim(c, 'pieces out of order are disjoint and ascending', after(start, last));
    claim(c, 'a piece out of order is not empty', before(start, end));
    claim(c, 'a piece out of order lies in the window', atOrBefore(end, add(edge, LONGEST)));
    last = end;
  }
};

const assertFins = (c: Connection): void => {
  const { state } = c;
  const hasPeerFin =
    state === 'CLOSE-WAIT' || state === 'CLOSING' || state === 'LAST-ACK' || state === 'TIME-WAIT';
  claim(c, "the state tells whether the peer's FIN came", c.finReceived === hasPeerFin);
  const hasOwnFin = state !== 'SYN-RECEIVED' && state !== 'ESTABLISHED' && state !== 'CLOSE-WAIT';
  claim(c, 'the state tells whether our FIN is queued', c.finQueued === hasOwnFin);
  const isAcknowledged = state === 'FIN-WAIT-2' || state === 'TIME-WAIT';
  const hasAck = c.finSent && c.sndUna === add(c.sndEnd, 1);
  claim(c, 'the state tells whether our FIN is acknowledged', hasAck === isAcknowledged);
};

const earliestTimer = (c: Connection): number =>
  Math.min(c.retransmitAtMs, c.delayedAckAtMs, c.keepaliveAtMs, c.closeAtMs);

const claim = (c: Connection, rule: string, isTrue: boolean): void => {
  if (isTrue) return;
  const { state, iss, sndUna, sndNxt, sndEnd, sndWnd, irs, rcvNxt, rcvWup, rcvWnd } = c;
  const variables = { state, iss, sndUna, sndNxt, sndEnd, sndWnd, irs, rcvNxt, rcvWup, rcvWnd };
  throw new Error(`not true that ${rule}: ${JSON.stringify(variables)}`);
};
