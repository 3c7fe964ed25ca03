import type { RstReason } from '../causes/cause.ts';
import type { CauseId } from '../causes/ids.ts';
import type { FourTuple } from './four-tuple.ts';
import type { State } from './state.ts';

/** What ruled: where to read why. */
export interface Rule {
  /** As `RFC 9293 §3.10.7.4` or `RFC 5961 §3.2`; of Linux alone: its function, as `tcp_check_oom`. */
  readonly source: string;
  /** What the rule says, one English sentence without the final stop. */
  readonly says: string;
  /** The row of the claims that it makes true, as `A10`. */
  readonly claim?: string;
}

/** A segment as an event keeps it; sequence numbers signed 32-bit. */
export interface SegmentRecord {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  /** Bytes of text. */
  readonly length: number;
}

/** The connection's variables at that moment (RFC 9293 §3.3.1), numbers signed 32-bit. */
export interface Variables {
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndWnd: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  /** Bytes received in order that the application has not read. */
  readonly unread: number;
  /** Bytes written by the application that the peer has not acknowledged. */
  readonly unacknowledged: number;
}

interface Happening {
  readonly atMs: number;
  /** Whose event: the path from the host that tells it. */
  readonly path: FourTuple;
  /** State in which it happened (`CLOSED` where there is no connection). */
  readonly state: State;
  /** Absent where there is no connection. */
  readonly variables?: Variables;
  readonly rule: Rule;
}

/** A reset left this host. */
export interface ResetSent extends Happening {
  readonly kind: 'sent';
  readonly cause: CauseId;
  /** What Linux prints for it in tcp:tcp_send_reset. */
  readonly linuxReason: RstReason;
  readonly reset: SegmentRecord;
  /** The segment that drew it, where one did. */
  readonly answers?: SegmentRecord;
}

/** A reset arrived and ended its connection (RFC 9293 §3.10.7, RFC 5961 §3.2). */
export interface ResetReceived extends Happening {
  readonly kind: 'received';
  readonly reset: SegmentRecord;
}

/** A segment in doubt was answered with a challenge ACK (RFC 5961 §3.2, §4.2, §5.2). */
export interface Challenged extends Happening {
  readonly kind: 'challenged';
  readonly offender: SegmentRecord;
}

/** A reset arrived and had no effect. */
export interface ResetIgnored extends Happening {
  readonly kind: 'ignored';
  readonly reset: SegmentRecord;
}

/** No reset where one might expect it: what the documents claim or another stack would send. */
export interface ResetWithheld extends Happening {
  readonly kind: 'withheld';
  /** The cause that it would have had. */
  readonly cause: CauseId;
  readonly offender?: SegmentRecord;
}

export type ResetEvent = ResetSent | ResetReceived | Challenged | ResetIgnored | ResetWithheld;
