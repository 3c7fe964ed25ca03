import type { Evidence, FailureEvidence } from './evidence.ts';
import type { CauseId } from './ids.ts';
import type { Text } from './text.ts';

/**
 * What one cause says of one reset. Never a score: `impossible` names the frame that rules it out,
 * `expected` what it would leave and did leave, `possible` what speaks against being surer.
 */
export type Finding =
  | { readonly stands: 'impossible'; readonly because: Observation }
  | { readonly stands: 'possible'; readonly because: readonly Observation[] }
  | { readonly stands: 'expected'; readonly because: readonly Observation[] };

/** A fact from the capture, told for people, with the frame that shows it (0: the capture as a whole). */
export interface Observation {
  readonly frame: number;
  readonly say: Text;
  /** Speaks for the cause that names it (false: against). */
  readonly supports: boolean;
}

/** Linux `enum sk_rst_reason` (include/net/rstreason.h), as printed by tcp:tcp_send_reset. */
export type RstReason =
  | 'NOT_SPECIFIED'
  | 'NO_SOCKET'
  | 'TCP_INVALID_ACK_SEQUENCE'
  | 'TCP_RFC7323_PAWS'
  | 'TCP_TOO_OLD_ACK'
  | 'TCP_ACK_UNSENT_DATA'
  | 'TCP_FLAGS'
  | 'TCP_OLD_ACK'
  | 'TCP_ABORT_ON_DATA'
  | 'TCP_TIMEWAIT_SOCKET'
  | 'INVALID_SYN'
  | 'TCP_ABORT_ON_CLOSE'
  | 'TCP_ABORT_ON_LINGER'
  | 'TCP_ABORT_ON_MEMORY'
  | 'TCP_STATE'
  | 'TCP_KEEPALIVE_TIMEOUT'
  | 'TCP_DISCONNECT_WITH_DATA'
  | 'MPTCP_RST_EUNSPEC'
  | 'MPTCP_RST_EMPTCP'
  | 'MPTCP_RST_ERESOURCE'
  | 'MPTCP_RST_EPROHIBIT'
  | 'MPTCP_RST_EWQ2BIG'
  | 'MPTCP_RST_EBADPERF'
  | 'MPTCP_RST_EMIDDLEBOX'
  | 'ERROR';

/** What one application's calls returned: errno names, `EOF`, `nothing`, or a short phrase. */
export interface AppView {
  readonly read: string;
  readonly write: string;
}

/** What is true of a cause wherever it happens. */
export interface CauseFacts {
  /** The heading of a verdict, a full sentence without the final stop: what somebody did. */
  readonly title: Text;
  /** One or two sentences: what happened, in terms of what a developer controls. */
  readonly summary: Text;
  /** Who puts the reset on the wire. */
  readonly origin: 'endpoint' | 'middlebox' | 'unknown';
  /** The general causes of which this is a special form: naming either is right. */
  readonly refines?: CauseId | readonly CauseId[];
  /** Expected in healthy systems: folded into a count unless --all. */
  readonly benign: boolean;
  /**
   * How often the field meets it (1 rare laboratory case … 5 daily bread): decides nothing but the
   * order of causes that the evidence cannot separate.
   */
  readonly frequency: 1 | 2 | 3 | 4 | 5;
  /** The kernel's own reasons for it; empty where Linux never sends this reset. */
  readonly linuxReasons: readonly RstReason[];
  /** RFC sections and kernel functions that rule it. */
  readonly sources: readonly string[];
  /** Rows of the claims this cause makes true, as `A5`. */
  readonly claims: readonly string[];
  /** What the application on the reset's own side saw; the other side follows from its state. */
  readonly senderApp: AppView;
  /** What the receiver's application saw, where the cause fixes it (else from the state). */
  readonly receiverApp?: AppView;
  /** Exact settings and code changes, the most useful first. */
  readonly advice: readonly Text[];
  /** The capture or command that would turn a guess into proof. `{sender}`, `{receiver}`, `{port}` are filled in. */
  readonly settle: Text;
}

/** One cause, whole: its facts and how it is recognised. */
export interface Cause<Id extends CauseId = CauseId> {
  readonly id: Id;
  readonly facts: CauseFacts;
  /**
   * It leaves a trace of its own. Where that trace is there, it stands before the causes that would
   * explain any reset of this shape.
   */
  readonly particular?: boolean;
  /** Answers for a reset. */
  recognise(evidence: Evidence): Finding;
  /** Answers for a connection that broke without a reset; absent: it never does that. */
  recogniseFailure?(evidence: FailureEvidence): Finding;
}

/** Declares a cause; the folder's name is its id. */
export const defineCause = <const Id extends CauseId>(cause: Cause<Id>): Cause<Id> => cause;
