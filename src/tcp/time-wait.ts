import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import { Segment } from '../wire/segment.ts';
import { add, after, before } from '../wire/sequence.ts';
import { isAnswerLimited } from './challenge-ack.ts';
import type { Connection } from './connection.ts';
import { TIME_WAIT_MS } from './ending.ts';
import type { FourTuple } from './four-tuple.ts';
import type { Outlet } from './outlet.ts';
import type { ResetEvent, Rule } from './reset-event.ts';
import { isOlder } from './segment-arrives/paws.ts';
import { isInWindow } from './segment-arrives/window-check.ts';
import { recordOf } from './segment-record.ts';
import { resetFor } from './reset.ts';
import { sendReply, sentEvent } from './send-reset.ts';
import type { Settings } from './sysctl.ts';
import { tsvalAt } from './timestamp.ts';
import { receiveWindow } from './window.ts';

/**
 * What is left of a connection in TIME-WAIT, or in FIN-WAIT-2 with nobody to read (Linux
 * `tcp_timewait_sock`). Numbers only, so that a host may keep them in typed arrays and load one
 * object from there. Sequence numbers signed 32-bit, times in milliseconds of the caller's clock.
 */
export class TimeWait {
  state: 'FIN-WAIT-2' | 'TIME-WAIT' = 'TIME-WAIT';
  sndNxt = 0;
  rcvNxt = 0;
  /** Bytes, unscaled, and the shift that the wire wants. */
  rcvWnd = 0;
  rcvWndScale = 0;
  timestamps = false;
  tsRecent = 0;
  tsRecentAtMs = Number.NEGATIVE_INFINITY;
  tsOffset = 0;
  lastChallengeAtMs = Number.NEGATIVE_INFINITY;
  enteredAtMs = 0;
  expiresAtMs = 0;
  /** Its SO_LINGER time was up before the peer had acknowledged all. */
  lingerExpired = false;
}

/** Takes over from a connection that `becomesTimeWait`, which is finished with as a receiver. */
export const timeWaitOf = (c: Connection, now: number, into: TimeWait): TimeWait => {
  into.state = c.state === 'FIN-WAIT-2' ? 'FIN-WAIT-2' : 'TIME-WAIT';
  into.sndNxt = c.sndNxt;
  into.rcvNxt = c.rcvNxt;
  into.rcvWnd = receiveWindow(c);
  into.rcvWndScale = c.rcvWndScale;
  into.timestamps = c.timestamps;
  into.tsRecent = c.tsRecent;
  into.tsRecentAtMs = c.tsRecentAtMs;
  into.tsOffset = c.tsOffset;
  // Answers to what is out of window have a budget of their own (tw_last_oow_ack_time).
  into.lastChallengeAtMs = Number.NEGATIVE_INFINITY;
  into.enteredAtMs = now;
  into.expiresAtMs = c.closeAtMs;
  into.lingerExpired = c.lingerExpired;
  return into;
};

const ASSASSINATED: Rule = {
  source: 'RFC 1337 §3',
  says: 'A reset ends TIME-WAIT, unless tcp_rfc1337 forbids it',
  claim: 'B6',
};
const RFC1337: Rule = {
  source: 'RFC 1337 §3 (F1)',
  says: 'With tcp_rfc1337 a reset in TIME-WAIT is ignored',
  claim: 'B6',
};
const NOT_EXPECTED: Rule = {
  source: 'tcp_timewait_state_process',
  says: 'A reset in TIME-WAIT counts only at exactly the number that is expected next',
  claim: 'B3',
};
const ERROR_SYN: Rule = {
  source: 'RFC 793 §3.9',
  says: 'With resetlab.syn_acceptance = rfc793 a SYN in the window of TIME-WAIT ends it with a reset',
  claim: 'A14',
};
const FIN_WAIT_2_RESET: Rule = {
  source: 'tcp_timewait_state_process',
  says: 'A reset in the window ends FIN-WAIT-2 that nobody holds',
};

/**
 * SEGMENT ARRIVES in TIME-WAIT (RFC 9293 §3.10.7.4, tcp_timewait_state_process), and in FIN-WAIT-2 of
 * a closed socket. `listening`: somebody listens on the local end. `gone`: the entry is over;
 * `reopen`: it is over, and the SYN goes to the listener, whose ISS is then `reopeningIss`.
 */
export const timeWaitArrives = (
  tw: TimeWait,
  segment: Segment,
  path: FourTuple,
  settings: Settings,
  listening: boolean,
  outlet: Outlet,
  now: number,
): 'keep' | 'gone' | 'reopen' => {
  const isOld = tw.timestamps && segment.hasTimestamps && isOlder(tw, segment.tsval, 0, now);
  const visit: Visit = { tw, segment, path, settings, outlet, now, isOld };
  if (tw.state === 'FIN-WAIT-2') return inFinWait2(visit);
  if (!isOld && isExpected(tw, segment)) return expected(visit);
  if (takesOver(visit)) {
    if (listening) return 'reopen';
    // TCP_TW_SYN without a listener: answered, and taken from no budget.
    sendAck(visit);
    return 'keep';
  }
  if (isErrorSyn(visit)) return endByError(visit);
  if ((segment.flags & RST) !== 0) {
    report(visit, 'ignored', NOT_EXPECTED);
    return 'keep';
  }
  // A SYN without ACK may be a new one with a lower number: it shall not hold the tuple longer.
  if (isOld || (segment.flags & ACK) !== 0) tw.expiresAtMs = now + TIME_WAIT_MS;
  acknowledge(visit);
  return 'keep';
};

interface Visit {
  readonly tw: TimeWait;
  readonly segment: Segment;
  readonly path: FourTuple;
  readonly settings: Settings;
  readonly outlet: Outlet;
  readonly now: number;
  /** PAWS: its timestamp is older than the last. */
  readonly isOld: boolean;
}

const inFinWait2 = (visit: Visit): 'keep' | 'gone' => {
  const { tw, segment, isOld, now } = visit;
  const { flags } = segment;
  if (isOld || !isInWindow(segment, tw.rcvNxt, tw.rcvWnd)) {
    if ((flags & RST) !== 0) report(visit, 'ignored', NOT_EXPECTED);
    acknowledge(visit);
    return 'keep';
  }
  if ((flags & RST) !== 0) {
    report(visit, 'received', FIN_WAIT_2_RESET);
    return 'gone';
  }
  if ((flags & SYN) !== 0 && !before(segment.seq, tw.rcvNxt)) return refuse(visit);
  const end = add(segment.seq, segment.length);
  if ((flags & ACK) === 0 || segment.length === 0 || !after(end, tw.rcvNxt)) return 'keep';
  if ((flags & FIN) === 0 || end !== add(tw.rcvNxt, 1)) return refuse(visit);
  tw.state = 'TIME-WAIT';
  tw.rcvNxt = end;
  followTimestamp(visit);
  tw.expiresAtMs = now + TIME_WAIT_MS;
  sendAck(visit);
  return 'keep';
};

/** Data, or a FIN behind data that is missing, for a connection whose application has closed. */
const refuse = ({ tw, segment, path, outlet, now }: Visit): 'gone' => {
  const cause = tw.lingerExpired ? 'linger-timeout' : 'data-after-close';
  const reason = 'TCP_TIMEWAIT_SOCKET';
  sendReply(cause, path, segment, outlet, now, 'FIN-WAIT-2', { reason });
  return 'gone';
};

/** A reset or a bare segment with just the number that comes next. */
const isExpected = (tw: TimeWait, segment: Segment): boolean =>
  segment.seq === tw.rcvNxt && (segment.length === 0 || (segment.flags & RST) !== 0);

const expected = (visit: Visit): 'keep' | 'gone' => {
  const { tw, segment, settings, now } = visit;
  const isReset = (segment.flags & RST) !== 0;
  if (isReset && settings.tcp_rfc1337 === 0) {
    report(visit, 'received', ASSASSINATED);
    return 'gone';
  }
  if (isReset) report(visit, 'ignored', RFC1337);
  else tw.expiresAtMs = now + TIME_WAIT_MS;
  followTimestamp(visit);
  return 'keep';
};

/**
 * RFC 6191 and Linux: a SYN begins a new connection if its sequence number or its timestamp is newer;
 * with resetlab.time_wait_syn = both, if both are, as far as there are timestamps; never with `never`.
 */
const takesOver = ({ tw, segment, settings, isOld }: Visit): boolean => {
  const rule = settings.resetlab_time_wait_syn;
  if (isOld || rule === 'never' || (segment.flags & (SYN | RST | ACK)) !== SYN) return false;
  const isNewer = after(segment.seq, tw.rcvNxt);
  if (!tw.timestamps || !segment.hasTimestamps) return isNewer;
  const isLater = after(segment.tsval, tw.tsRecent);
  return rule === 'both' ? isNewer && isLater : isNewer || isLater;
};

/** RFC 793 §3.9, fourth: a SYN in the window is an error, where resetlab.syn_acceptance says so. */
const isErrorSyn = ({ tw, segment, settings, isOld }: Visit): boolean =>
  settings.resetlab_syn_acceptance === 'rfc793' &&
  (segment.flags & (SYN | RST)) === SYN &&
  !isOld &&
  !before(segment.seq, tw.rcvNxt) &&
  isInWindow(segment, tw.rcvNxt, tw.rcvWnd);

/** The error ends what is left of the connection, with a reset of its own. */
const endByError = ({ tw, path, segment, outlet, now }: Visit): 'gone' => {
  const numbers = { seq: tw.sndNxt, ack: tw.rcvNxt, window: headerWindow(tw) };
  const times = { tsval: tsvalAt(tw.tsOffset, now), tsecr: tw.tsRecent };
  const timeWait = tw.timestamps ? { ...numbers, ...times } : numbers;
  const reset = resetFor('four-tuple-reuse', { timeWait }, 'INVALID_SYN');
  outlet.transmitReset(reset, path);
  const answers = recordOf(segment);
  outlet.report(sentEvent(reset, now, path, 'TIME-WAIT', { answers, rule: ERROR_SYN }));
  return 'gone';
};

/** The ISS of a connection that takes the four-tuple over: beyond any old segment (RFC 9293 §3.6.1). */
export const reopeningIss = ({ sndNxt }: Pick<TimeWait, 'sndNxt'>): number => add(sndNxt, 65_537);

/** Whether connect(2) may take this four-tuple for a new connection (tcp_twsk_unique). */
export const mayReuse = (
  tw: TimeWait,
  settings: Settings,
  isLoopback: boolean,
  now: number,
): boolean => {
  if (tw.state !== 'TIME-WAIT' || !tw.timestamps) return false;
  const isAllowed = settings.tcp_tw_reuse === 1 || (settings.tcp_tw_reuse === 2 && isLoopback);
  return isAllowed && now - tw.enteredAtMs > settings.tcp_tw_reuse_delay;
};

const followTimestamp = ({ tw, segment, now }: Visit): void => {
  if (!tw.timestamps || !segment.hasTimestamps) return;
  tw.tsRecent = segment.tsval;
  tw.tsRecentAtMs = now;
};

const acknowledge = (visit: Visit): void => {
  const { tw, segment, settings, now } = visit;
  if (!isAnswerLimited(tw, segment, settings, now)) sendAck(visit);
};

const headerWindow = (tw: TimeWait): number => Math.min(tw.rcvWnd >>> tw.rcvWndScale, 0xffff);

const reply = new Segment();

const sendAck = ({ tw, path, outlet, now }: Visit): void => {
  reply.clear();
  reply.flags = ACK;
  reply.seq = tw.sndNxt;
  reply.ack = tw.rcvNxt;
  reply.window = headerWindow(tw);
  // tcp_v4_send_ack takes an echo of 0 for none.
  if (tw.timestamps && tw.tsRecent !== 0) {
    reply.hasTimestamps = true;
    reply.tsval = tsvalAt(tw.tsOffset, now);
    reply.tsecr = tw.tsRecent;
  }
  outlet.transmit(reply, path, undefined);
};

const report = (
  { tw, segment, path, outlet, now }: Visit,
  kind: 'received' | 'ignored',
  rule: Rule,
): void => {
  const { state } = tw;
  const event: ResetEvent = { kind, atMs: now, path, state, rule, reset: recordOf(segment) };
  outlet.report(event);
};
