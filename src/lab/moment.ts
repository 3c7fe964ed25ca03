import type { Role, Step } from '../causes/scenario.ts';
import type { TcpState } from '../causes/tcp-state.ts';
import type { SegmentWords } from '../report/ladder.ts';
import type { CallRecord, Told } from './run.ts';

/** One moment of a run, and what both hosts were like once it was over. */
export interface Moment {
  /** Milliseconds of virtual time since the run began. */
  readonly atMs: number;
  readonly happening: Happening;
  readonly hosts: Readonly<Record<Role, HostView>>;
}

export type Happening =
  | { readonly kind: 'sent'; readonly on: Role; readonly passage: Passage }
  | { readonly kind: 'arrived'; readonly on: Role; readonly passage: Passage }
  /** The engine, or a box on the way, told something of a reset. */
  | { readonly kind: 'told'; readonly told: Told }
  /** A call of an application returned. */
  | { readonly kind: 'call'; readonly call: CallRecord }
  /** A step of the scenario that is no call of its own. */
  | { readonly kind: 'step'; readonly step: SilentStep };

/** A step that is no call with an outcome, and does something. */
export type SilentStep = Exclude<Step, { readonly do: Telling }>;

/** A call tells for itself, when it returns; waiting is seen from the times. */
type Telling =
  | 'connect'
  | 'accept'
  | 'write'
  | 'read'
  | 'close'
  | 'shutdown'
  | 'error'
  | 'disconnect'
  | 'collect'
  | 'wait'
  | 'await';

/** A packet from one host to the other. */
export interface Passage {
  /** Undefined for a packet that somebody on the way has made. */
  readonly from: Role | undefined;
  readonly toward: Role;
  /** Undefined: an ICMP error. */
  readonly segment: SeenSegment | undefined;
  /** Which connection, as `connectionOf` names it; empty for an ICMP error. */
  readonly connection: string;
  /** Indices of the moments in which it left and arrived; undefined: it was made on the way, or lost. */
  sentAt: number | undefined;
  arrivedAt: number | undefined;
}

/** A segment with numbers relative to both ends' first ones, as Wireshark shows them; window scaled. */
export type SeenSegment = Omit<SegmentWords, 'icmp'>;

/** What a host was like at a moment. */
export interface HostView {
  readonly isOn: boolean;
  readonly listening: readonly number[];
  /** By connection, as `connectionOf` names it; what is not there is CLOSED, or LISTEN. */
  readonly ends: Readonly<Record<string, EndView>>;
}

/** One end of a connection. Sequence numbers unsigned 32-bit; sizes in bytes. */
export interface EndView {
  readonly state: TcpState;
  readonly iss: number | undefined;
  readonly irs: number | undefined;
  readonly sndUna: number | undefined;
  readonly sndNxt: number;
  readonly sndWnd: number | undefined;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  /** Received in order and not read; written and not acknowledged. */
  readonly unread: number | undefined;
  readonly unacknowledged: number | undefined;
  readonly cwnd: number | undefined;
  readonly ssthresh: number | undefined;
  readonly rtoMs: number | undefined;
  readonly srttMs: number | undefined;
  readonly retransmits: number;
  /** No application holds it any more. */
  readonly isOrphan: boolean;
  /** Timers that run, by when they end. */
  readonly timers: readonly Timer[];
}

export interface Timer {
  readonly what:
    | 'rto'
    | 'tail-loss-probe'
    | 'reordering'
    | 'persist'
    | 'ack'
    | 'keepalive'
    | 'close';
  readonly atMs: number;
}

/** A connection's name in a run: addresses may be translated on the way, ports are not. */
export const connectionOf = (clientPort: number, serverPort: number): string =>
  `${clientPort}-${serverPort}`;
