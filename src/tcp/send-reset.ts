import type { RstReason } from '../causes/cause.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Segment } from '../wire/segment.ts';
import type { Connection } from './connection.ts';
import type { FourTuple } from './four-tuple.ts';
import type { Outlet } from './outlet.ts';
import { type Reset, resetFor, ruleOf } from './reset.ts';
import type { ResetSent, Rule, SegmentRecord, Variables } from './reset-event.ts';
import { recordOf, variablesOf } from './segment-record.ts';
import type { State } from './state.ts';

/**
 * Sends a connection's own reset (tcp_send_active_reset), whatever its state, and tells of it.
 * `variables`: of before, where buffers were emptied to make ready.
 */
export const sendActiveReset = (
  c: Connection,
  cause: CauseId,
  now: number,
  reason?: RstReason,
  variables: Variables = variablesOf(c),
): ResetSent => {
  const reset = resetFor(cause, { from: c, now }, reason);
  const event = sentEvent(reset, now, c.path, c.state, { variables });
  c.outlet.transmitReset(reset, c.path);
  c.outlet.report(event);
  return event;
};

/** Answers a segment that a connection refuses (tcp_v4_send_reset), and tells of it. */
export const refuse = (
  c: Connection,
  segment: Segment,
  cause: CauseId,
  now: number,
  reason?: RstReason,
): ResetSent => {
  const more = { variables: variablesOf(c), ...(reason && { reason }) };
  return sendReply(cause, c.path, segment, c.outlet, now, c.state, more);
};

/** Answers a segment where there is no connection, or none but a request or a TIME-WAIT. */
export const sendReply = (
  cause: CauseId,
  path: FourTuple,
  segment: Segment,
  outlet: Outlet,
  now: number,
  state: State,
  more: { reason?: RstReason; rule?: Rule; variables?: Variables } = {},
): ResetSent => {
  const reset = resetFor(cause, { answering: segment }, more.reason);
  const event = sentEvent(reset, now, path, state, { ...more, answers: recordOf(segment) });
  outlet.transmitReset(reset, path);
  outlet.report(event);
  return event;
};

/** What a reset is told as. */
export const sentEvent = (
  reset: Reset,
  atMs: number,
  path: FourTuple,
  state: State,
  more: { rule?: Rule; variables?: Variables; answers?: SegmentRecord },
): ResetSent => ({
  kind: 'sent',
  atMs,
  path,
  state,
  cause: reset.cause,
  linuxReason: reset.linuxReason,
  rule: more.rule ?? ruleOf(reset.cause),
  reset: {
    seq: reset.seq,
    ack: reset.ack,
    flags: reset.flags,
    window: reset.window,
    length: 0,
  },
  ...(more.variables && { variables: more.variables }),
  ...(more.answers && { answers: more.answers }),
});
