import type { CauseId } from '../causes/ids.ts';
import type { Chronograph } from './chronograph.ts';
import type { CongestionControl } from './congestion/congestion-control.ts';
import type { Errno } from './errno.ts';
import type { FourTuple } from './four-tuple.ts';
import type { Outlet } from './outlet.ts';
import type { Reassembly } from './reassembly.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';
import type { ResetEvent } from './reset-event.ts';
import type { Scoreboard } from './scoreboard.ts';
import type { SendBuffer } from './send-buffer.ts';
import type { Settings } from './sysctl.ts';
import type { State } from './state.ts';
import type { WriteQueue } from './write-queue.ts';

/** What an application is told once, at its next call (Linux `sk_err`). */
export interface PendingError {
  readonly errno: Errno;
  /** The reset behind it, where one was. */
  readonly reset?: ResetEvent;
}

/** No such moment: a timer that is not running. */
export const NEVER = Number.POSITIVE_INFINITY;

/**
 * Socket options, by their meaning; units in names. Never changed, but replaced: connections on which
 * the same was set share them.
 */
export interface ConnectionOptions {
  readonly noDelay: boolean;
  readonly cork: boolean;
  readonly keepalive: boolean;
  /** -1: the sysctl's. */
  readonly keepaliveIdleMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCount: number;
  /** TCP_USER_TIMEOUT, 0: not set. */
  readonly userTimeoutMs: number;
  /** SO_LINGER: -1 off, else seconds. */
  readonly lingerSeconds: number;
  /** TCP_LINGER2: seconds, 0: as tcp_fin_timeout, negative: no FIN-WAIT-2 for an orphan. */
  readonly linger2Seconds: number;
  /** TCP_MAXSEG, 0: not set. */
  readonly maxSegment: number;
  /** TCP_NOTSENT_LOWAT in bytes, -1: not set. */
  readonly notSentLowat: number;
  /** URG data is read in line (SO_OOBINLINE). */
  readonly oobInline: boolean;
}

const NO_OPTIONS: ConnectionOptions = {
  noDelay: false,
  cork: false,
  keepalive: false,
  keepaliveIdleMs: -1,
  keepaliveIntervalMs: -1,
  keepaliveCount: -1,
  userTimeoutMs: 0,
  lingerSeconds: -1,
  linger2Seconds: 0,
  maxSegment: 0,
  notSentLowat: -1,
  oobInline: false,
};

/**
 * The transmission control block (RFC 9293 §3.3.1) of one connection that is more than a request
 * and less than TIME-WAIT. Plain data: what happens to it is in `segment-arrives/`, `user-calls.ts`
 * and `timeouts.ts`. Sequence numbers are signed 32-bit; times are milliseconds of the clock that
 * the caller passes as `now`, fractions allowed; windows and sizes are bytes, unscaled.
 *
 * Everything is set in the constructor, in one order, so that all connections have one shape; what
 * an idle connection does not need (buffers' memory, scoreboard) is not there until it is needed.
 */
export class Connection {
  readonly path: FourTuple;
  /** Read at each use: a sysctl that changes counts from then on, as on Linux. */
  readonly settings: Settings;
  readonly outlet: Outlet;

  state: State = 'CLOSED';
  /** It was opened by us (active), or by a simultaneous open. */
  readonly active: boolean;
  /** Passed through SYN-RECEIVED on a simultaneous open (RFC 9293 §3.5, figure 7). */
  simultaneousOpen = false;

  // Send sequence space (RFC 9293 §3.3.1).
  iss = 0;
  sndUna = 0;
  sndNxt = 0;
  /** One past the last byte written by the application, FIN not counted. */
  sndEnd = 0;
  /** The peer's window in bytes, scaled; and the segment that last set it. */
  sndWnd = 0;
  sndWl1 = 0;
  /** The largest window the peer ever offered (RFC 5961 §5.2, RFC 9293 §3.8.6.2.1). */
  maxSndWnd = 0;
  /** SND.UP: one past the last urgent byte; meaningful while `urgentToSend`. */
  sndUp = 0;
  urgentToSend = false;
  /** One past the last byte that was marked for PSH (Linux `pushed_seq`). */
  pushEnd = 0;
  /** FIN is to follow the last byte of the send buffer. */
  finQueued = false;
  /** FIN was sent at least once; it has sequence number `sndEnd`. */
  finSent = false;
  /** Bytes (and FIN) acknowledged so far, for RFC 5961 §5.2: `bytes_acked`. */
  bytesAcked = 0;

  // Receive sequence space.
  irs = 0;
  rcvNxt = 0;
  /** The window last advertised: RCV.NXT of that moment and its size; the right edge never moves left. */
  rcvWup = 0;
  rcvWnd = 0;
  /** Most that is offered so far; it grows with what arrives (Linux `rcv_ssthresh`). */
  rcvWndBound = 0;
  /** RCV.UP; meaningful while `urgentReceived`. */
  rcvUp = 0;
  urgentReceived = false;
  /** The peer's FIN was taken: `rcvNxt` stands one past it. */
  finReceived = false;
  /** The application has not read up to it. */
  finUnread = false;

  // What the two ends agreed on.
  /** Largest text of a segment we send: the peer's MSS and path MTU, less options. */
  sndMss = 536;
  /** What the peer's SYN said (RFC 9293 §3.7.1), before path MTU and options. */
  peerMss = 536;
  /** What our SYN said. */
  advertisedMss = 1460;
  /** Path MTU in bytes of IP packet. */
  pathMtu = 1500;
  windowScaling = false;
  sndWndScale = 0;
  rcvWndScale = 0;
  sackPermitted = false;
  timestamps = false;
  /** Added to the clock's milliseconds to make TSval (RFC 7323 §5.4). */
  tsOffset = 0;
  tsRecent = 0;
  /** When TS.Recent was set; -Infinity before any. */
  tsRecentAtMs = Number.NEGATIVE_INFINITY;
  /** ECN was agreed on (RFC 3168 §6.1.1); what is owed to the peer; what we still answer. */
  ecn = false;
  ecnEchoWanted = false;
  ecnCwrWanted = false;

  // Data.
  /** SO_SNDBUF, SO_RCVBUF were set: the buffer keeps that size. */
  sendBufferLocked = false;
  receiveBufferLocked = false;
  /** What the application read by when, and how much of it in one round trip (`rcvq_space`). */
  readSeq = 0;
  readSinceMs = 0;
  readPerRoundTrip = 0;
  readonly sendBuffer: SendBuffer;
  readonly receiveBuffer: ReceiveBuffer;
  /** How the send buffer's text is cut; undefined while nothing waits or is on the way. */
  writeQueue: WriteQueue | undefined = undefined;
  /** What sending waited for; undefined before anything was written. */
  chronograph: Chronograph | undefined = undefined;
  /** Which bytes beyond RCV.NXT are in the receive buffer; undefined while none is. */
  reassembly: Reassembly | undefined = undefined;

  // Retransmission and congestion (`retransmission.ts`, `acknowledgement.ts`, `congestion/`).
  congestion: CongestionControl;
  /** Congestion window and slow start threshold in bytes. */
  cwnd = 0;
  ssthresh = 0x7fff_ffff;
  /** Linux's `tcp_ca_state`. */
  recovery: 'open' | 'disorder' | 'cwr' | 'recovery' | 'loss' = 'open';
  /** Recovery ends when this is acknowledged. */
  recoveryPoint = 0;
  duplicateAcks = 0;
  /** How often segments were seen to overtake one another (RFC 8985 §6.2 step 3). */
  reorderingSeen = 0;
  /** By how many segments the farthest was late (Linux `tp->reordering`), 0: none was. */
  reorderingDegree = 0;
  /** The congestion window, not the application, held sending back (`is_cwnd_limited`). */
  cwndLimited = false;
  /** Most bytes in flight in the round trip that ends at `cwndUsageSeq`. */
  maxInFlight = 0;
  cwndUsageSeq = 0;
  /** One past the last segment that was sent short of a full one (RFC 896, Minshall's variant). */
  lastSmallEnd = 0;
  /** What is sent and not acknowledged, segment by segment; undefined while nothing is. */
  scoreboard: Scoreboard | undefined = undefined;
  /** Smoothed round-trip time and its variation, -1 before a sample; retransmission time-out (RFC 6298). */
  srttMs = -1;
  /** Four times RFC 6298's RTTVAR, not below tcp_rto_min_us: what stands above SRTT in the RTO. */
  rttvarMs = 0;
  rtoMs = 1000;
  /** The variation as it is, its maximum within one round trip, and where that round trip ends. */
  rttDeviationMs = 0;
  rttDeviationMaxMs = 0;
  rttSeq = 0;
  minRttMs = NEVER;
  /** Time-outs in a row without progress (Linux `icsk_retransmits`, `icsk_backoff`). */
  retransmits = 0;
  backoff = 0;
  /** When the SYN, the first retransmission or the first window probe went out, of those in a row. */
  firstUnansweredAtMs = NEVER;
  /** A path MTU or other soft error of ICMP, told only if the connection then times out. */
  softError: Errno | undefined = undefined;

  // Timers, `NEVER` while not running.
  retransmitAtMs = NEVER;
  /** What `retransmitAtMs` is for. */
  retransmitFor: 'rto' | 'tail-loss-probe' | 'reordering' | 'persist' = 'rto';
  delayedAckAtMs = NEVER;
  keepaliveAtMs = NEVER;
  /** FIN-WAIT-2 of an orphan, TIME-WAIT, or the lingering close. */
  closeAtMs = NEVER;
  /** Unanswered probes so far: of a zero window, and of keepalive. */
  windowProbes = 0;
  /** Probes since the window shut, answered ones too. */
  zeroWindowProbes = 0;
  keepaliveProbes = 0;
  lastReceivedAtMs = 0;
  lastDataSentAtMs = Number.NEGATIVE_INFINITY;
  /** When a challenge or out-of-window ACK was last sent (`tcp_invalid_ratelimit`). */
  lastChallengeAtMs = Number.NEGATIVE_INFINITY;

  // Acknowledgements we owe (`ack-policy.ts`, Linux `icsk_ack`).
  /** One is owed, sooner or later; at once. */
  ackScheduled = false;
  ackNow = false;
  /** A segment that looked like the end of a write came since the last one: 0 no, 1 one, 2 more. */
  ackPushed = 0;
  /** How many more are not delayed, unless the connection is interactive (`pingPong`). */
  quickAcks = 0;
  pingPong = false;
  /** How long one is delayed, 0 before the first text arrived (`ato`). */
  delayedAckMs = 0;
  /** The size of segments that the peer seems to send (`rcv_mss`). */
  rcvMss = 536;
  lastTextReceivedAtMs = Number.NEGATIVE_INFINITY;
  /** Segments were taken of which more may follow at once: what they call for waits for `afterBatch`. */
  answerPutOff = false;

  // The application's side (Linux `sk_shutdown`, `sk_err`, `SOCK_DEAD`).
  receiveShutdown = false;
  sendShutdown = false;
  /** No application has it any more. */
  orphan = false;
  /** The time of SO_LINGER was up before the peer had acknowledged all; it goes on as an orphan. */
  lingerExpired = false;
  /** Its host is to put a `TimeWait` in its place, which ends at `closeAtMs` (`timeWaitOf`). */
  becomesTimeWait = false;
  error: PendingError | undefined = undefined;
  /** Why SYN-SENT refuses a foreign acknowledgement, where the host knows it more closely. */
  handshakeResetCause: CauseId = 'handshake-ack-unacceptable';
  /** The reset that ended it, for every later call that fails because of it. */
  endedBy: ResetEvent | undefined = undefined;

  options: ConnectionOptions = NO_OPTIONS;

  constructor(
    path: FourTuple,
    settings: Settings,
    outlet: Outlet,
    parts: {
      readonly active: boolean;
      readonly sendBuffer: SendBuffer;
      readonly receiveBuffer: ReceiveBuffer;
      readonly congestion: CongestionControl;
    },
  ) {
    this.path = path;
    this.settings = settings;
    this.outlet = outlet;
    this.active = parts.active;
    this.sendBuffer = parts.sendBuffer;
    this.receiveBuffer = parts.receiveBuffer;
    this.congestion = parts.congestion;
  }
}
