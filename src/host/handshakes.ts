import type { IpAddress } from '../wire/ip-address.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import type { Segment } from '../wire/segment.ts';
import { initialSequenceNumber, timestampOffset } from '../tcp/initial-sequence-number.ts';
import {
  connectionOf,
  newRequest,
  type Request,
  requestOfCookie,
  sendSynAck,
} from '../tcp/request.ts';
import { ruleOf } from '../tcp/reset.ts';
import { recordOf } from '../tcp/segment-record.ts';
import { listenArrives } from '../tcp/segment-arrives/listen.ts';
import { segmentArrives } from '../tcp/segment-arrives/segment-arrives.ts';
import { requestArrives } from '../tcp/segment-arrives/syn-received.ts';
import { sendReply } from '../tcp/send-reset.ts';
import { checkCookie, cookieTimestamp, makeCookie } from '../tcp/syn-cookies.ts';
import type { Attachment } from './attachment.ts';
import type { Listener } from './listener.ts';
import { causeOfStranger } from './obituaries.ts';
import { type Path, pathOf } from './path.ts';
import { applyOptions, partsOf, receiveSpaceOf } from './socket-options.ts';
import type { Stack } from './stack.ts';

/**
 * A segment without request or connection meets a listener (RFC 9293 §3.10.7.2). `iss`: of the
 * connection to come, where a TIME-WAIT was in its place.
 */
export const listenerMet = (
  stack: Stack,
  listener: Listener,
  local: IpAddress,
  iss: number | undefined,
  now: number,
): void => {
  const { segment, key, egress, obituaries } = stack;
  const path = pathOf(key, listener.endpointAt(local));
  if (bringsCookie(stack, listener, path, now)) return;
  const cause = causeOfStranger(segment, obituaries.endingOf(key), true);
  if (listenArrives(path, segment, egress, now, cause) === 'syn') {
    synMet(stack, listener, path, iss, now);
  }
};

/** A new SYN (tcp_conn_request). */
const synMet = (
  stack: Stack,
  listener: Listener,
  path: Path,
  iss: number | undefined,
  now: number,
): void => {
  const { settings, segment, parts } = stack;
  // Who was in TIME-WAIT here a moment ago is real: no limits for him.
  const isFull = settings.tcp_syncookies === 2 || listener.isSynQueueFull;
  const wantsCookie = iss === undefined && isFull;
  if (wantsCookie && settings.tcp_syncookies === 0) return;
  if (listener.isAcceptQueueFull) return;
  if (wantsCookie) return answerWithCookie(stack, listener, path, now);
  if (iss === undefined && isBacklogShort(stack, listener)) return;
  const request = requestOf(stack, listener, path, segment, now, {
    iss: iss ?? initialSequenceNumber(parts.secret, path, now),
    isCookie: false,
  });
  const attachment = stack.attach(path, listener.options.reuseAddress);
  attachment.request = request;
  attachment.listener = listener;
  listener.requests.add(attachment);
  sendSynAck(request, settings, stack.egress, now);
  stack.timers.arm(attachment.timer, request.deadlineMs);
};

/** Without cookies the last quarter of tcp_max_syn_backlog is kept for hosts that are known. */
const isBacklogShort = ({ settings }: Stack, { requests }: Listener): boolean => {
  const { tcp_max_syn_backlog: most, tcp_syncookies: cookies } = settings;
  return cookies === 0 && most - requests.size < most >> 2;
};

const requestOf = (
  stack: Stack,
  listener: Listener,
  path: Path,
  syn: Segment,
  now: number,
  how: { readonly iss: number; readonly isCookie: boolean },
): Request =>
  newRequest(path, syn, stack.settings, { ...how, ...offerOf(stack, listener, path) }, now);

/** What we tell the client of ourselves. */
const offerOf = (stack: Stack, { options }: Listener, path: Path) => ({
  tsOffset: timestampOffset(stack.parts.secret, path, stack.settings),
  pathMtu: stack.parts.mtu,
  receiveSpace: receiveSpaceOf(options, stack.settings),
  receiveBufferLocked: options.receiveBuffer > 0,
  maxSegment: options.maxSegment,
});

/** The SYN,ACK goes out, and nothing is remembered (RFC 4987 §3.6). */
const answerWithCookie = (stack: Stack, listener: Listener, path: Path, now: number): void => {
  const { settings, segment, parts, egress } = stack;
  listener.cookiesSentAtMs = now;
  const iss = makeCookie(parts.secret, path, segment, now);
  const request = requestOf(stack, listener, path, segment, now, { iss, isCookie: true });
  const tsval = cookieTimestamp(request.tsOffset, segment, now);
  sendSynAck(request, settings, egress, now, tsval);
};

/** For how long after the last cookie an ACK may still bring one (TCP_SYNCOOKIE_VALID). */
const COOKIES_VALID_MS = 120_000;

/** Whether the segment was an ACK with a good cookie, and so is dealt with (cookie_v4_check). */
const bringsCookie = (stack: Stack, listener: Listener, path: Path, now: number): boolean => {
  const { settings, segment, parts } = stack;
  if ((segment.flags & (ACK | RST | SYN)) !== ACK || settings.tcp_syncookies === 0) return false;
  if (now - listener.cookiesSentAtMs > COOKIES_VALID_MS) return false;
  const offer = offerOf(stack, listener, path);
  const options = checkCookie(parts.secret, path, segment, offer.tsOffset, now);
  if (options === undefined) return false;
  // No reset even with tcp_abort_on_overflow: nothing is known of this client.
  if (listener.isAcceptQueueFull) return true;
  const attachment = stack.attach(path, listener.options.reuseAddress);
  attachment.listener = listener;
  attachment.request = requestOfCookie(path, segment, options, settings, offer, now);
  complete(stack, attachment, attachment.request, listener, now);
  return true;
};

/** A segment of a connection in SYN-RECEIVED (tcp_check_req). */
export const requestMet = (
  stack: Stack,
  attachment: Attachment,
  segment: Segment,
  now: number,
): void => {
  const { settings, egress } = stack;
  const { request, listener } = attachment;
  if (request === undefined || listener === undefined) throw new Error('neither of both');
  const verdict = requestArrives(request, segment, settings, egress, now);
  if (verdict === 'gone') stack.dropRequest(attachment, 'reset');
  else if (verdict === 'complete') thirdSegment(stack, attachment, request, listener, now);
  else stack.timers.arm(attachment.timer, request.deadlineMs);
};

/** The client has acknowledged our SYN,ACK. */
const thirdSegment = (
  stack: Stack,
  attachment: Attachment,
  request: Request,
  listener: Listener,
  now: number,
): void => {
  const { segment } = stack;
  const hasNothing = segment.payloadLength === 0 && (segment.flags & FIN) === 0;
  if (hasNothing && request.retries < listener.deferredRetries) {
    attachment.deferred = true;
    return;
  }
  if (listener.isAcceptQueueFull) return overflow(stack, attachment, now);
  listener.requests.delete(attachment);
  complete(stack, attachment, request, listener, now);
};

/** The accept queue is full: the ACK is dropped, or the client reset (tcp_abort_on_overflow). */
const overflow = (stack: Stack, attachment: Attachment, now: number): void => {
  const { settings, segment, egress } = stack;
  const { path } = attachment;
  const cause = 'accept-queue-overflow';
  if (settings.tcp_abort_on_overflow !== 0) {
    sendReply(cause, path, segment, egress, now, 'SYN-RECEIVED');
    stack.dropRequest(attachment, 'reset');
    return;
  }
  attachment.overflowed = true;
  egress.report({
    kind: 'withheld',
    atMs: now,
    path,
    state: 'SYN-RECEIVED',
    cause,
    rule: ruleOf(cause),
    offender: recordOf(segment),
  });
};

/** The connection is there, and waits to be accepted. */
const complete = (
  stack: Stack,
  attachment: Attachment,
  request: Request,
  listener: Listener,
  now: number,
): void => {
  const { settings, segment, egress, parts } = stack;
  const { options } = listener;
  const connection = connectionOf(
    request,
    segment,
    settings,
    egress,
    {
      ...partsOf(options, settings),
      pathMtu: parts.mtu,
      configure: (c) => applyOptions(options, c),
    },
    now,
  );
  stack.connect(attachment, connection);
  listener.accepted.push(attachment);
  segmentArrives(connection, segment, now);
  stack.settle(attachment, now);
  listener.waiter.wake(now);
};
