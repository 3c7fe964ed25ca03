import { ACK, SYN } from '../wire/packet.ts';
import { ECE, Segment } from '../wire/segment.ts';
import { add } from '../wire/sequence.ts';
import { Connection } from './connection.ts';
import type { CongestionControl } from './congestion/congestion-control.ts';
import type { FourTuple } from './four-tuple.ts';
import {
  asksForEcn,
  defaultMss,
  initialWindow,
  mssToAdvertise,
  windowScaleFor,
} from './handshake-options.ts';
import { restartKeepalive } from './keepalive.ts';
import type { Outlet } from './outlet.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';
import { resetFor } from './reset.ts';
import type { Rule } from './reset-event.ts';
import type { SendBuffer } from './send-buffer.ts';
import { sentEvent } from './send-reset.ts';
import type { CookieOptions } from './syn-cookies.ts';
import type { Settings } from './sysctl.ts';
import { tsvalAt } from './timestamp.ts';
import { beginTransfer } from './transfer.ts';
import { enter } from './transitions.ts';

/**
 * A passive open under way: SYN-RECEIVED as a listener has it (Linux `tcp_request_sock`). Small, since
 * a flood makes many. Sequence numbers signed 32-bit, times in milliseconds of the caller's clock.
 */
export class Request {
  readonly path: FourTuple;
  /** Whatever the host needs to find its listener again. */
  readonly owner: unknown;
  readonly iss: number;
  readonly irs: number;
  /** What the client's SYN said, as far as it is in force; `windowScale` -1: no scaling. */
  readonly peerMss: number;
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly timestamps: boolean;
  readonly ecn: boolean;
  /** What our SYN,ACK says. */
  readonly advertisedMss: number;
  /** Bytes, unscaled. */
  readonly rcvWnd: number;
  readonly rcvWndScale: number;
  readonly tsOffset: number;
  tsRecent = 0;
  tsRecentAtMs = Number.NEGATIVE_INFINITY;
  /** When its SYN,ACK went out first and last, for the check of TSecr. */
  firstSentAtMs = 0;
  lastSentAtMs = 0;
  /** Time-outs so far. */
  retries = 0;
  deadlineMs = 0;
  lastChallengeAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    path: FourTuple,
    irs: number,
    options: Offer,
    parts: RequestParts,
    settings: Settings,
  ) {
    this.path = path;
    this.owner = parts.owner;
    this.iss = parts.iss;
    this.irs = irs;
    this.peerMss = options.mss;
    this.windowScale = settings.tcp_window_scaling === 0 ? -1 : Math.min(options.windowScale, 14);
    this.sackPermitted = options.sackPermitted && settings.tcp_sack !== 0;
    this.timestamps = options.hasTimestamps && settings.tcp_timestamps !== 0;
    this.ecn = options.ecn && settings.tcp_ecn !== 0;
    this.advertisedMss = mssToAdvertise(path, parts.pathMtu, parts.maxSegment ?? 0);
    this.rcvWnd = initialWindow(parts.receiveSpace, this.advertisedMss, this.timestamps);
    const { receiveSpace, receiveBufferLocked = false } = parts;
    this.rcvWndScale =
      this.windowScale < 0 ? 0 : windowScaleFor(receiveSpace, receiveBufferLocked, settings);
    this.tsOffset = parts.tsOffset;
  }

  get rcvNxt(): number {
    return add(this.irs, 1);
  }
}

/** What a client's SYN offers, ours to cut down. */
type Offer = CookieOptions;

interface RequestParts {
  readonly iss: number;
  readonly tsOffset: number;
  /** Bytes of an IP packet. */
  readonly pathMtu: number;
  /** Bytes that a window may be offered from (`ReceiveBuffer.space`). */
  readonly receiveSpace: number;
  /** The listener has SO_RCVBUF set. */
  readonly receiveBufferLocked?: boolean;
  /** TCP_MAXSEG of the listener; 0: not set. */
  readonly maxSegment?: number;
  readonly owner?: unknown;
  /** The SYN,ACK is to be a SYN cookie, which holds no options unless timestamps carry them. */
  readonly isCookie?: boolean;
}

/** A request for a SYN that LISTEN let pass (RFC 9293 §3.10.7.2, third). Nothing is sent yet. */
export const newRequest = (
  path: FourTuple,
  syn: Segment,
  settings: Settings,
  parts: RequestParts,
  now: number,
): Request => {
  const hasOptions = parts.isCookie !== true || syn.hasTimestamps;
  const offer: Offer = {
    mss: syn.mss > 0 ? syn.mss : defaultMss(path),
    windowScale: hasOptions ? syn.windowScale : -1,
    sackPermitted: hasOptions && syn.sackPermitted,
    hasTimestamps: syn.hasTimestamps,
    // One that itself travels as ECN-capable asks for nothing (tcp_ecn_create_request).
    ecn: asksForEcn(syn) && syn.ecn === 0,
  };
  const request = new Request(path, syn.seq, offer, parts, settings);
  return begun(request, syn, now);
};

/** The request that an ACK with a SYN cookie stands for (cookie_v4_check). `parts.iss` is not asked. */
export const requestOfCookie = (
  path: FourTuple,
  ack: Segment,
  options: CookieOptions,
  settings: Settings,
  parts: Omit<RequestParts, 'iss'>,
  now: number,
): Request => {
  const whole = { ...parts, iss: add(ack.ack, -1) };
  return begun(new Request(path, add(ack.seq, -1), options, whole, settings), ack, now);
};

const begun = (request: Request, segment: Segment, now: number): Request => {
  if (request.timestamps) {
    request.tsRecent = segment.tsval;
    request.tsRecentAtMs = now;
  }
  request.firstSentAtMs = now;
  request.lastSentAtMs = now;
  request.deadlineMs = now + INITIAL_TIMEOUT_MS;
  return request;
};

/** RFC 6298 §2 (2.1), TCP_TIMEOUT_INIT. */
const INITIAL_TIMEOUT_MS = 1000;

/** How long the next SYN,ACK waits for its answer, in milliseconds. */
export const synAckTimeoutMs = ({ retries }: Request, settings: Settings): number =>
  Math.min(INITIAL_TIMEOUT_MS * 2 ** retries, settings.tcp_rto_max_ms);

/** One for all SYN,ACKs; nobody keeps it. */
const synAck = new Segment();

/** Sends the SYN,ACK, for the first time or again. `tsval`: as a SYN cookie wants it. */
export const sendSynAck = (
  request: Request,
  settings: Settings,
  outlet: Outlet,
  now: number,
  tsval: number = tsvalAt(request.tsOffset, now),
): void => {
  synAck.clear();
  synAck.flags = SYN | ACK | (request.ecn ? ECE : 0);
  synAck.seq = request.iss;
  synAck.ack = request.rcvNxt;
  synAck.window = request.rcvWnd;
  synAck.mss = request.advertisedMss;
  synAck.sackPermitted = request.sackPermitted;
  if (request.windowScale >= 0) synAck.windowScale = request.rcvWndScale;
  setTimestamps(synAck, request, tsval);
  request.lastSentAtMs = now;
  request.deadlineMs = now + synAckTimeoutMs(request, settings);
  outlet.transmit(synAck, request.path, undefined);
};

/** Sends the pure ACK that answers a segment in doubt (tcp_v4_reqsk_send_ack). */
export const sendRequestAck = (request: Request, outlet: Outlet, now: number): void => {
  synAck.clear();
  synAck.flags = ACK;
  synAck.seq = add(request.iss, 1);
  synAck.ack = request.rcvNxt;
  synAck.window = request.rcvWnd >>> request.rcvWndScale;
  // tcp_v4_send_ack takes an echo of 0 for none.
  if (request.tsRecent !== 0) setTimestamps(synAck, request, tsvalAt(request.tsOffset, now));
  outlet.transmit(synAck, request.path, undefined);
};

const setTimestamps = (segment: Segment, request: Request, tsval: number): void => {
  if (!request.timestamps) return;
  segment.hasTimestamps = true;
  segment.tsval = tsval;
  segment.tsecr = request.tsRecent;
};

const NO_RESET_FOR_HALF_OPEN: Rule = {
  source: 'reqsk_timer_handler',
  says: 'A half-open connection whose last SYN,ACK went unanswered is dropped in silence',
  claim: 'A24',
};

/** Its time is up: the SYN,ACK goes out again, or it is given up after tcp_synack_retries. */
export const requestTimeout = (
  request: Request,
  settings: Settings,
  outlet: Outlet,
  now: number,
): 'keep' | 'gone' => {
  if (request.retries >= settings.tcp_synack_retries) {
    giveUp(request, settings, outlet, now);
    return 'gone';
  }
  request.retries += 1;
  sendSynAck(request, settings, outlet, now);
  return 'keep';
};

const giveUp = (request: Request, settings: Settings, outlet: Outlet, atMs: number): void => {
  const { path } = request;
  const cause = 'syn-flood-defence';
  if (settings.resetlab_half_open_timeout === 'silent') {
    const rule = NO_RESET_FOR_HALF_OPEN;
    return outlet.report({ kind: 'withheld', atMs, path, state: 'SYN-RECEIVED', cause, rule });
  }
  const window = request.rcvWnd >>> request.rcvWndScale;
  const numbers = { seq: add(request.iss, 1), ack: request.rcvNxt, window };
  const reset = resetFor(cause, { halfOpen: numbers });
  outlet.transmitReset(reset, path);
  outlet.report(sentEvent(reset, atMs, path, 'SYN-RECEIVED', {}));
};

/**
 * The connection that a request becomes with the acknowledgement of its SYN,ACK: ESTABLISHED, the
 * segment's text and FIN not yet taken; the host lets it arrive once more, at the connection.
 */
export const connectionOf = (
  request: Request,
  segment: Segment,
  settings: Settings,
  outlet: Outlet,
  parts: {
    readonly sendBuffer: SendBuffer;
    readonly receiveBuffer: ReceiveBuffer;
    readonly congestion: CongestionControl;
    readonly pathMtu: number;
    /** Sets the options that a connection has from its listener. */
    readonly configure?: (connection: Connection) => void;
  },
  now: number,
): Connection => {
  const c = new Connection(request.path, settings, outlet, { ...parts, active: false });
  c.pathMtu = parts.pathMtu;
  parts.configure?.(c);
  takeAgreement(c, request);
  takeSequence(c, request, segment);
  enter(c, 'ESTABLISHED');
  c.lastReceivedAtMs = now;
  beginTransfer(c, request.retries === 0 ? now - request.firstSentAtMs : -1, now);
  if (c.options.keepalive) restartKeepalive(c, now);
  return c;
};

const takeAgreement = (c: Connection, request: Request): void => {
  c.peerMss = request.peerMss;
  c.advertisedMss = request.advertisedMss;
  c.windowScaling = request.windowScale >= 0;
  c.sndWndScale = Math.max(request.windowScale, 0);
  c.rcvWndScale = request.rcvWndScale;
  c.sackPermitted = request.sackPermitted;
  c.timestamps = request.timestamps;
  c.tsOffset = request.tsOffset;
  c.tsRecent = request.tsRecent;
  c.tsRecentAtMs = request.tsRecentAtMs;
  c.ecn = request.ecn;
};

const takeSequence = (c: Connection, request: Request, segment: Segment): void => {
  c.iss = request.iss;
  c.sndUna = add(request.iss, 1);
  c.sndNxt = c.sndUna;
  c.sndEnd = c.sndUna;
  c.sndWnd = segment.window * 2 ** c.sndWndScale;
  c.maxSndWnd = c.sndWnd;
  c.sndWl1 = segment.seq;
  c.irs = request.irs;
  c.rcvNxt = request.rcvNxt;
  c.rcvWup = request.rcvNxt;
  c.rcvWnd = request.rcvWnd;
};
