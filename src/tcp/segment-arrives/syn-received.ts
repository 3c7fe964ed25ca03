import { ACK, RST, SYN } from '../../wire/packet.ts';
import type { Segment } from '../../wire/segment.ts';
import { add, after, distance } from '../../wire/sequence.ts';
import { isAnswerLimited, isBudgetSpent } from '../challenge-ack.ts';
import type { Outlet } from '../outlet.ts';
import { type Request, sendRequestAck, sendSynAck } from '../request.ts';
import type { ResetEvent, Rule } from '../reset-event.ts';
import { recordOf } from '../segment-record.ts';
import { sendReply } from '../send-reset.ts';
import type { Settings } from '../sysctl.ts';
import { tsvalAt } from '../timestamp.ts';
import { isOlder } from './paws.ts';
import { isInWindow } from './window-check.ts';

const BACK_TO_LISTEN: Rule = {
  source: 'RFC 9293 §3.10.7.4',
  says: 'A reset in SYN-RECEIVED of a passive open leads back to LISTEN; nobody is told',
  claim: 'A12',
};
const IN_WINDOW: Rule = {
  source: 'RFC 5961 §3.2',
  says: 'A reset in the window but not at its beginning is challenged',
  claim: 'B3',
};
const OUTSIDE: Rule = {
  source: 'RFC 9293 §3.5.3',
  says: 'A reset outside the window, or with an old timestamp, is ignored',
  claim: 'B3',
};
const SYN_IN_WINDOW: Rule = {
  source: 'tcp_check_req',
  says: 'A second SYN in the window of a half-open connection is reset, and both are forgotten',
};

/**
 * SEGMENT ARRIVES in SYN-RECEIVED of a passive open (RFC 9293 §3.10.7.4, tcp_check_req). `complete`:
 * it acknowledges our SYN,ACK, and the host may make the connection (`connectionOf`); `gone`: the
 * request is no more, and nobody is told.
 */
export const requestArrives = (
  request: Request,
  segment: Segment,
  settings: Settings,
  outlet: Outlet,
  now: number,
): 'keep' | 'gone' | 'complete' => {
  const { flags } = segment;
  const isOld = failsPaws(request, segment, now);
  const isForged = isOld || echoesWhatWasNeverSent(request, segment);
  if ((flags & RST) !== 0) return resetArrives(request, segment, isForged, settings, outlet, now);
  if (isRetransmittedSyn(request, segment) && !isOld) {
    if (!isAnswerLimited(request, segment, settings, now))
      sendSynAck(request, settings, outlet, now);
    return 'keep';
  }
  if ((flags & ACK) !== 0 && segment.ack !== add(request.iss, 1)) {
    const { path } = request;
    sendReply('bad-ack-in-handshake', path, segment, outlet, now, 'SYN-RECEIVED');
    return 'keep';
  }
  if (isForged || !isAcceptable(request, segment)) {
    if (!isAnswerLimited(request, segment, settings, now)) sendRequestAck(request, outlet, now);
    return 'keep';
  }
  // A SYN before the window is cut off from what follows it.
  if ((flags & SYN) !== 0 && segment.seq !== request.irs) {
    refuseSyn(request, segment, outlet, now);
    return 'gone';
  }
  if ((flags & ACK) === 0) return 'keep';
  followTimestamp(request, segment, now);
  return 'complete';
};

const isRetransmittedSyn = (request: Request, { seq, flags }: Segment): boolean =>
  seq === request.irs && (flags & (SYN | ACK)) === SYN;

/** RFC 7323 §5.3. */
const failsPaws = (request: Request, segment: Segment, now: number): boolean =>
  request.timestamps && segment.hasTimestamps && isOlder(request, segment.tsval, 0, now);

/** A TSecr that no SYN,ACK of ours had (`tsecr_reject` in tcp_check_req). */
const echoesWhatWasNeverSent = (request: Request, segment: Segment): boolean => {
  if (!request.timestamps || !segment.hasTimestamps || segment.tsecr === 0) return false;
  const first = tsvalAt(request.tsOffset, request.firstSentAtMs);
  const last = tsvalAt(request.tsOffset, request.lastSentAtMs);
  return distance(segment.tsecr, first) < 0 || distance(segment.tsecr, last) > 0;
};

const isAcceptable = (request: Request, segment: Segment): boolean =>
  isInWindow(segment, request.rcvNxt, request.rcvWnd);

/** Second: check the RST bit, with RFC 5961 §3.2. The acknowledgement does not matter. */
const resetArrives = (
  request: Request,
  segment: Segment,
  isForged: boolean,
  settings: Settings,
  outlet: Outlet,
  now: number,
): 'keep' | 'gone' => {
  if (isForged || !isAcceptable(request, segment)) {
    report(request, segment, 'ignored', OUTSIDE, outlet, now);
    return 'keep';
  }
  if (segment.seq === request.rcvNxt) {
    report(request, segment, 'received', BACK_TO_LISTEN, outlet, now);
    return 'gone';
  }
  if (settings.resetlab_reset_acceptance === 'rfc793') {
    report(request, segment, 'received', BACK_TO_LISTEN, outlet, now);
    return 'gone';
  }
  if (isBudgetSpent(request, settings, now)) return 'keep';
  const happening = { atMs: now, path: request.path, state: 'SYN-RECEIVED' } as const;
  outlet.report({ ...happening, kind: 'challenged', rule: IN_WINDOW, offender: recordOf(segment) });
  sendRequestAck(request, outlet, now);
  return 'keep';
};

const report = (
  { path }: Request,
  segment: Segment,
  kind: 'received' | 'ignored',
  rule: Rule,
  outlet: Outlet,
  atMs: number,
): void => {
  const event: ResetEvent = {
    kind,
    atMs,
    path,
    state: 'SYN-RECEIVED',
    rule,
    reset: recordOf(segment),
  };
  outlet.report(event);
};

/** Fourth: check the SYN bit. */
const refuseSyn = ({ path }: Request, segment: Segment, outlet: Outlet, now: number): void => {
  const more = { reason: 'INVALID_SYN', rule: SYN_IN_WINDOW } as const;
  sendReply('bad-ack-in-handshake', path, segment, outlet, now, 'SYN-RECEIVED', more);
};

const followTimestamp = (request: Request, segment: Segment, now: number): void => {
  if (!request.timestamps || !segment.hasTimestamps) return;
  if (after(segment.seq, request.rcvNxt)) return;
  request.tsRecent = segment.tsval;
  request.tsRecentAtMs = now;
};
