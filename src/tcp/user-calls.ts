import { add } from '../wire/sequence.ts';
import { windowUpdateAfterRead } from './ack-policy.ts';
import type { CongestionControl } from './congestion/congestion-control.ts';
import { Connection } from './connection.ts';
import { abort, finish } from './ending.ts';
import type { Errno } from './errno.ts';
import { startFinWait2 } from './fin-wait-2.ts';
import type { FourTuple } from './four-tuple.ts';
import { mssToAdvertise } from './handshake-options.ts';
import type { Outlet } from './outlet.ts';
import { output, transmitSyn } from './output.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';
import { variablesOf } from './segment-record.ts';
import type { SendBuffer } from './send-buffer.ts';
import { sendActiveReset } from './send-reset.ts';
import type { Settings } from './sysctl.ts';
import { enter } from './transitions.ts';
import { takeText } from './writing.ts';

/**
 * The user's calls (RFC 9293 §3.10.1 to §3.10.6) as Linux answers them. None blocks: EAGAIN stands for
 * what a blocking call would wait for. `now` is in milliseconds of the caller's clock.
 */

/**
 * Active OPEN: sends the SYN and is in SYN-SENT. `pathMtu` is of the first link, in bytes;
 * `configure` sets socket options before the SYN is made.
 */
export const open = (
  path: FourTuple,
  settings: Settings,
  outlet: Outlet,
  parts: {
    readonly iss: number;
    readonly tsOffset: number;
    readonly pathMtu: number;
    readonly sendBuffer: SendBuffer;
    readonly receiveBuffer: ReceiveBuffer;
    readonly congestion: CongestionControl;
    readonly configure?: (connection: Connection) => void;
  },
  now: number,
): Connection => {
  const c = new Connection(path, settings, outlet, { ...parts, active: true });
  c.pathMtu = parts.pathMtu;
  c.tsOffset = parts.tsOffset;
  parts.configure?.(c);
  c.advertisedMss = mssToAdvertise(path, parts.pathMtu, c.options.maxSegment);
  c.iss = parts.iss | 0;
  c.sndUna = c.iss;
  c.sndNxt = add(c.iss, 1);
  c.sndEnd = c.sndNxt;
  enter(c, 'SYN-SENT');
  transmitSyn(c, now);
  return c;
};

/**
 * SEND: takes as many bytes as SO_SNDBUF has memory for, which is counted in whole buffers, and tells
 * how many. EAGAIN: there is no memory, or the handshake is under way. Else the pending error, once, and
 * EPIPE after it (tcp_sendmsg_locked); whether EPIPE comes with SIGPIPE is the host's business.
 * `isUrgent`: the last byte is (MSG_OOB); `isMore`: more follows at once, so what is short of a segment
 * waits for it (MSG_MORE); `isRecord`: no later text shares a segment with this (MSG_EOR).
 */
export const send = (
  c: Connection,
  bytes: Uint8Array,
  offset: number,
  length: number,
  now: number,
  isUrgent = false,
  isMore = false,
  isRecord = false,
): number | Errno => {
  if (c.error !== undefined) return takeError(c);
  if (c.state === 'SYN-SENT' || c.state === 'SYN-RECEIVED') return 'EAGAIN';
  if (c.sendShutdown || c.state === 'CLOSED') return 'EPIPE';
  if (length === 0) return 0;
  const taken = takeText(c, bytes, offset, length, now, isUrgent, isMore, isRecord);
  return taken === 0 ? 'EAGAIN' : taken;
};

/**
 * RECEIVE: moves bytes into `into` and tells how many; 0: end of file. What was received comes before
 * any error; after a FIN there is end of file even if a reset came later (tcp_recvmsg_locked).
 * EAGAIN: nothing yet; ENOTCONN: there never was a connection, or it was dissolved.
 */
export const receive = (
  c: Connection,
  into: Uint8Array,
  offset: number,
  length: number,
  now: number,
): number | Errno => {
  if (length === 0) return 0;
  const moved = c.receiveBuffer.read(into, offset, length);
  if (c.receiveBuffer.readable === 0) c.finUnread = false;
  if (moved > 0) {
    if (c.state !== 'TIME-WAIT') windowUpdateAfterRead(c, now);
    return moved;
  }
  if (c.finReceived) return 0;
  if (c.error !== undefined) return takeError(c);
  if (c.receiveShutdown) return 0;
  return c.state === 'CLOSED' ? 'ENOTCONN' : 'EAGAIN';
};

/** The pending error, which is told once (sock_error). There must be one. */
const takeError = (c: Connection): Errno => {
  const errno = c.error?.errno;
  if (errno === undefined) throw new Error('no error is pending');
  c.error = undefined;
  return errno;
};

/**
 * CLOSE of one direction or both (shutdown(2)): no reset comes of it whatever SO_LINGER says. Without
 * the sending side the peer gets a FIN; without the receiving side nothing is told to it. In SYN-SENT
 * the attempt ends. ENOTCONN: there is no connection.
 */
export const shutdown = (
  c: Connection,
  how: 'read' | 'write' | 'both',
  now: number,
): Errno | undefined => {
  if (c.state === 'SYN-SENT') {
    abort(c, 'disconnect', now);
    return;
  }
  if (how !== 'write') c.receiveShutdown = true;
  if (how !== 'read') c.sendShutdown = true;
  if (c.state === 'CLOSED' || c.state === 'TIME-WAIT') return 'ENOTCONN';
  // In SYN-RECEIVED it waits for the acknowledgement of our SYN (tcp_shutdown).
  if (how !== 'read' && c.state !== 'SYN-RECEIVED') sendFin(c, now);
  return;
};

/** Queues the FIN behind what was written, in the states that still owe one (tcp_close_state). */
export const sendFin = (c: Connection, now: number): void => {
  if (c.state === 'ESTABLISHED' || c.state === 'SYN-RECEIVED') enter(c, 'FIN-WAIT-1');
  else if (c.state === 'CLOSE-WAIT') enter(c, 'LAST-ACK');
  else return;
  c.finQueued = true;
  output(c, now);
};

/**
 * CLOSE by the last holder (__tcp_close). With data unread: a reset (RFC 9293 §3.6.1); with SO_LINGER of
 * no seconds: an abort; else what is written goes out and a FIN behind it. The connection is an orphan
 * from now on. How long close(2) waits for SO_LINGER is the host's business.
 */
export const close = (c: Connection, now: number): void => {
  c.receiveShutdown = true;
  c.sendShutdown = true;
  endSending(c, now);
  c.orphan = true;
  c.error = undefined;
  if (c.state !== 'FIN-WAIT-2') return;
  if (c.options.linger2Seconds >= 0) return startFinWait2(c, now, false);
  c.endedBy = sendActiveReset(c, 'linger2-abort', now);
  finish(c);
};

const endSending = (c: Connection, now: number): void => {
  const variables = variablesOf(c);
  // What came out of order stays, and is told of (__tcp_close empties sk_receive_queue alone).
  c.receiveBuffer.dropReadable();
  c.finUnread = false;
  if (c.state === 'CLOSED' || c.state === 'TIME-WAIT') return;
  if (variables.unread > 0) {
    c.endedBy = sendActiveReset(c, 'close-with-unread-data', now, undefined, variables);
    return finish(c);
  }
  if (c.options.lingerSeconds === 0) return abort(c, 'linger-zero', now);
  if (c.state === 'SYN-SENT') return finish(c);
  sendFin(c, now);
};
