import type { Segment } from '../../wire/segment.ts';
import { before } from '../../wire/sequence.ts';
import { challenge } from '../challenge-ack.ts';
import type { Connection } from '../connection.ts';
import { fail } from '../ending.ts';
import type { Errno } from '../errno.ts';
import type { ResetReceived, Rule } from '../reset-event.ts';
import { recordOf, variablesOf } from '../segment-record.ts';
import type { State } from '../state.ts';

const EXACT: Rule = {
  source: 'RFC 5961 §3.2',
  says: 'A reset with exactly the sequence number that is expected next ends the connection',
  claim: 'B3',
};
const BEFORE_FIN: Rule = {
  source: 'tcp_reset_check',
  says: 'After a FIN a reset counts at its number too, since some senders do not count their FIN',
};
const SACK_EDGE: Rule = {
  source: 'tcp_validate_incoming',
  says: 'A reset right after the last byte held out of order counts as one that is expected',
};
const ANYWHERE: Rule = {
  source: 'RFC 793 §3.4',
  says: 'A reset anywhere in the window ends the connection',
  claim: 'B3',
};
const IN_WINDOW: Rule = {
  source: 'RFC 5961 §3.2',
  says: 'A reset in the window but not at its beginning is challenged, and the connection lives',
  claim: 'B3',
};
const OUTSIDE: Rule = {
  source: 'RFC 9293 §3.5.3',
  says: 'A reset outside the window is ignored',
  claim: 'B3',
};
const OUR_SYN: Rule = {
  source: 'RFC 9293 §3.10.7.3',
  says: 'In SYN-SENT a reset counts if it acknowledges the SYN',
  claim: 'D1',
};
const NOT_OUR_SYN: Rule = {
  source: 'RFC 9293 §3.10.7.3',
  says: 'In SYN-SENT a reset that does not acknowledge the SYN is ignored',
};

/**
 * RFC 9293 §3.10.7.4, second: check the RST bit, with RFC 5961 §3.2; of a segment that passed the
 * check of its sequence number (`isAcceptable`) or did not. ACK value, timestamps and text do not
 * matter. A reset is never answered with a reset.
 */
export const resetArrives = (
  c: Connection,
  segment: Segment,
  isAcceptable: boolean,
  now: number,
): void => {
  const rule = acceptanceOf(c, segment, isAcceptable);
  if (rule !== undefined) return accept(c, segment, rule, now);
  if (isAcceptable) return challenge(c, segment, IN_WINDOW, now);
  ignore(c, segment, OUTSIDE, now);
};

/** By which rule a reset counts; undefined if by none. */
const acceptanceOf = (c: Connection, { seq }: Segment, isAcceptable: boolean): Rule | undefined => {
  if (isAcceptable && seq === c.rcvNxt) return EXACT;
  switch (c.settings.resetlab_reset_acceptance) {
    case 'rfc793':
      return isAcceptable && !before(seq, c.rcvNxt) ? ANYWHERE : undefined;
    case 'exact':
      return;
    case 'rfc5961':
      if (seq === ((c.rcvNxt - 1) | 0) && peerHasClosed(c.state)) return BEFORE_FIN;
      return isAcceptable && c.sackPermitted && holdsUpTo(c, seq) ? SACK_EDGE : undefined;
  }
};

const peerHasClosed = (state: State): boolean =>
  state === 'CLOSE-WAIT' || state === 'CLOSING' || state === 'LAST-ACK';

/** Whether the last byte held out of order is the one before. */
const holdsUpTo = ({ reassembly }: Connection, seq: number): boolean =>
  reassembly !== undefined && reassembly.count > 0 && reassembly.highestEnd === seq;

/** In SYN-SENT, where an acknowledgement of the SYN is the only proof (RFC 9293 §3.10.7.3, second). */
export const resetArrivesInSynSent = (
  c: Connection,
  segment: Segment,
  acknowledgesSyn: boolean,
  now: number,
): void => {
  if (acknowledgesSyn) accept(c, segment, OUR_SYN, now);
  else ignore(c, segment, NOT_OUR_SYN, now);
};

/** tcp_reset: the connection ends, and its application learns what that means in this state. */
const accept = (c: Connection, segment: Segment, rule: Rule, now: number): void => {
  const event: ResetReceived = {
    ...happening(c, rule, now),
    kind: 'received',
    reset: recordOf(segment),
  };
  c.outlet.report(event);
  fail(c, resetErrno(c.state), event);
};

const ignore = (c: Connection, segment: Segment, rule: Rule, now: number): void =>
  c.outlet.report({ ...happening(c, rule, now), kind: 'ignored', reset: recordOf(segment) });

const happening = (c: Connection, rule: Rule, atMs: number) => ({
  atMs,
  path: c.path,
  state: c.state,
  variables: variablesOf(c),
  rule,
});

/** What an application is told of a reset in this state (tcp_reset). */
export const resetErrno = (state: State): Errno => {
  if (state === 'SYN-SENT') return 'ECONNREFUSED';
  return state === 'CLOSE-WAIT' ? 'EPIPE' : 'ECONNRESET';
};
