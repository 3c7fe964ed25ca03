import type { CauseId } from '../causes/ids.ts';
import { type Connection, NEVER, type PendingError } from './connection.ts';
import type { Errno } from './errno.ts';
import type { ResetEvent, Rule } from './reset-event.ts';
import { recordOf, variablesOf } from './segment-record.ts';
import { sendActiveReset } from './send-reset.ts';
import type { State } from './state.ts';
import { enter } from './transitions.ts';
import type { Segment } from '../wire/segment.ts';

/**
 * The connection is over and leaves nothing (tcp_done): timers stop, what is unsent is discarded, and
 * both directions are shut. What was received stays readable until the application closes.
 */
export const finish = (c: Connection): void => {
  if (c.state !== 'CLOSED') enter(c, 'CLOSED');
  stopTimers(c);
  c.sendBuffer.clear();
  c.writeQueue = undefined;
  c.scoreboard = undefined;
  c.reassembly = undefined;
  c.receiveShutdown = true;
  c.sendShutdown = true;
};

/**
 * Ends the connection with an error for the application, without a packet (tcp_done_with_error). Of
 * several errors the last counts, as in `sk_err`; with `reset` the error can name what was behind it.
 */
export const fail = (c: Connection, errno: Errno, reset?: ResetEvent): void => {
  if (c.state === 'CLOSED') return;
  finish(c);
  setError(c, errno, reset);
};

const setError = (c: Connection, errno: Errno, reset: ResetEvent | undefined): void => {
  const error: PendingError = reset === undefined ? { errno } : { errno, reset };
  if (!c.orphan) c.error = error;
  c.endedBy = reset ?? c.endedBy;
};

/** Whether tcp_disconnect and tcp_abort send a reset in this state (tcp_need_reset). */
const needsReset = (state: State): boolean =>
  state === 'SYN-RECEIVED' ||
  state === 'ESTABLISHED' ||
  state === 'FIN-WAIT-1' ||
  state === 'FIN-WAIT-2' ||
  state === 'CLOSE-WAIT';

/**
 * Ends the connection at once (RFC 9293 §3.10.5, ABORT): a reset where Linux sends one in this state,
 * buffers freed, and the error of its own application set: ECONNRESET after `disconnect`,
 * ECONNABORTED if `destroyed`, ETIMEDOUT (or a soft error met before) if time was up. Without effect
 * on a connection that is over.
 */
export const abort = (c: Connection, cause: CauseId, now: number): void => {
  if (c.state === 'CLOSED' || c.state === 'TIME-WAIT') return discard(c, cause);
  if (cause === 'linger-zero' || cause === 'listener-closed') return void disconnect(c, cause, now);
  if (cause === 'disconnect') {
    // Only where something was cut off is there an error to tell (tcp_disconnect).
    const wasOpening = c.state === 'SYN-SENT';
    const event = disconnect(c, cause, now);
    if (event !== undefined || wasOpening) setError(c, 'ECONNRESET', event);
    return;
  }
  const isSilent = c.state === 'SYN-SENT' || (cause === 'destroyed' && !needsReset(c.state));
  const event = isSilent ? undefined : sendActiveReset(c, cause, now);
  finish(c);
  const errno = errnoOf(c, cause);
  if (errno !== undefined) setError(c, errno, event);
  else c.endedBy = event ?? c.endedBy;
};

/** A connection in TIME-WAIT is dropped without a word; one in CLOSED is there no more. */
const discard = (c: Connection, cause: CauseId): void => {
  if (c.state === 'TIME-WAIT') finish(c);
  c.becomesTimeWait = false;
  if (cause === 'disconnect') forget(c);
};

/** tcp_disconnect: CLOSING and LAST-ACK are reset only while something of ours was never sent. */
const disconnect = (c: Connection, cause: CauseId, now: number): ResetEvent | undefined => {
  const unsent = c.finQueued && !c.finSent;
  const withData = (c.state === 'CLOSING' || c.state === 'LAST-ACK') && unsent;
  let event: ResetEvent | undefined;
  if (withData && cause !== 'listener-closed') {
    event = sendActiveReset(c, cause, now, 'TCP_DISCONNECT_WITH_DATA');
  } else if (needsReset(c.state)) event = sendActiveReset(c, cause, now);
  finish(c);
  c.endedBy = event ?? c.endedBy;
  if (cause === 'disconnect') forget(c);
  return event;
};

/** After tcp_disconnect the socket is as new: nothing to read, and no direction shut. */
const forget = (c: Connection): void => {
  discardReceived(c);
  c.receiveShutdown = false;
  c.sendShutdown = false;
  c.finReceived = false;
};

/** Nobody will read what was received, in order or not. */
const discardReceived = (c: Connection): void => {
  c.receiveBuffer.clear();
  c.reassembly = undefined;
};

const errnoOf = (c: Connection, cause: CauseId): Errno | undefined => {
  if (cause === 'destroyed') return 'ECONNABORTED';
  if (cause === 'out-of-memory') return 'ENOMEM';
  const isTimeout =
    cause === 'keepalive-timeout' || cause === 'user-timeout' || cause === 'zero-window-timeout';
  return isTimeout ? (c.softError ?? 'ETIMEDOUT') : undefined;
};

const stopTimers = (c: Connection): void => {
  c.retransmitAtMs = NEVER;
  c.delayedAckAtMs = NEVER;
  c.keepaliveAtMs = NEVER;
  c.closeAtMs = NEVER;
  c.ackNow = false;
};

/**
 * TIME-WAIT (RFC 9293 §3.6.1): its host puts a `TimeWait` in the connection's place. To its
 * application it is as if CLOSED already.
 */
export const enterTimeWait = (c: Connection, now: number): void => {
  enter(c, 'TIME-WAIT');
  stopTimers(c);
  c.receiveShutdown = true;
  c.sendShutdown = true;
  c.becomesTimeWait = true;
  c.closeAtMs = now + TIME_WAIT_MS;
};

/** 2 MSL as Linux has it, TCP_TIMEWAIT_LEN; in milliseconds. */
export const TIME_WAIT_MS = 60_000;

/** Tells that no reset was sent where one might be expected. */
export const withhold = (
  c: Connection,
  cause: CauseId,
  now: number,
  rule: Rule,
  offender?: Segment,
): void => {
  c.outlet.report({
    kind: 'withheld',
    atMs: now,
    path: c.path,
    state: c.state,
    variables: variablesOf(c),
    cause,
    rule,
    ...(offender && { offender: recordOf(offender) }),
  });
};
