import type { TcpState } from './tcp-state.ts';

/**
 * What a recogniser may ask of a capture: plain data about one reset, or about one connection that
 * broke without any. Forensics fills it in from packets alone; nothing here is a judgement.
 *
 * Words: the *sender* sent the reset, the *receiver* is the other end. "Before" and "after" are
 * seen from the reset, in the order of the capture. Times are milliseconds, sizes bytes of
 * application data, frames the capture's own numbers starting at 1.
 */

/** As far as the wire shows it; `unknown` where the capture began too late. */
export type State = TcpState | 'unknown';

/**
 * How a reset is built tells which code path built it (RFC 9293 §3.5.2).
 * - `active`: RST,ACK at the sender's own SND.NXT: a socket was aborted.
 * - `reply`: RST without ACK whose SEQ is the ACK of the segment it answers.
 * - `reply-to-syn`: RST,ACK with SEQ 0, acknowledging a segment that carried no ACK; or with any SEQ, by who
 *   has sent nothing else, acknowledging a SYN.
 * - `malformed`: none of these.
 */
export type Shape = 'active' | 'reply' | 'reply-to-syn' | 'malformed';

/** What the receiver does with it under RFC 5961 §3.2. */
export type Effect = 'accepted' | 'ignored' | 'challenged' | 'unknown';

/** Where the reset's SEQ lies against everything the sender sent and the receiver acknowledged. */
export type SequenceRelation =
  /** Exactly the byte after the sender's last. */
  | 'next'
  /** The number that the receiver expects (its last ACK), while the sender is known to be further. */
  | 'acknowledged'
  /** Inside the receiver's window, but neither of the two. */
  | 'in-window'
  /** Outside the receiver's window. */
  | 'outside'
  /** Zero, as in an answer to a segment without ACK. */
  | 'zero'
  | 'unknown';

export type SegmentKind =
  | 'syn'
  | 'syn-ack'
  | 'handshake-ack'
  | 'data'
  | 'fin'
  | 'pure-ack'
  | 'keepalive-probe'
  | 'window-probe'
  | 'reset';

/** One segment that matters to the story. */
export interface Sighting {
  readonly frame: number;
  /** Milliseconds before the reset (negative: after it). */
  readonly beforeMs: number;
}

/** The segment of the receiver that a reset answers. */
export interface Trigger extends Sighting {
  /** It is this very segment, not just one like it of the same flight. */
  readonly isSure: boolean;
  readonly kind: SegmentKind;
  readonly length: number;
  /** The same sequence numbers had been sent before. */
  readonly retransmission: boolean;
  /** Carried a FIN, whatever else it carried. */
  readonly fin: boolean;
  /** Its acknowledgement number is one that the reset's sender never made possible. */
  readonly acknowledgesUnsent: boolean;
  /** Lay beyond the window that the reset's sender had offered. */
  readonly beyondWindow: boolean;
}

export interface FinSighting extends Sighting {
  /** Times the same FIN was seen. */
  readonly count: number;
  /** The frame that acknowledged it, if any did. */
  readonly acknowledgedIn: number | undefined;
  /** Milliseconds the FIN's sender had said nothing before it sent the FIN; keepalives do not count. */
  readonly afterQuietMs: number;
}

/** What is known of one end just before the reset. */
export interface EndFacts {
  /** `10.0.0.1:80` or `[fd00::1]:80`. */
  readonly endpoint: string;
  readonly role: 'client' | 'server' | 'unknown';
  readonly state: State;
  /** Segments of this end before the reset. */
  readonly segments: number;
  readonly syn: Sighting | undefined;
  readonly synCount: number;
  readonly fin: FinSighting | undefined;
  /** Application bytes sent, and of these acknowledged by the other end. */
  readonly bytesSent: number;
  readonly bytesAcknowledged: number;
  readonly firstDataFrame: number | undefined;
  readonly lastData: Sighting | undefined;
  /** The last segment of this end before the reset. */
  readonly last: Sighting | undefined;
  /** Bytes this end had sent after the other end's FIN was seen. */
  readonly bytesAfterPeerFin: number;
  /** It asked for the whole Multipath TCP connection to be aborted (RFC 8684 §3.5), in a segment that is no reset. */
  readonly fastclose: Sighting | undefined;
  /** The window last advertised, unscaled to bytes, and the largest one. */
  readonly window: number;
  readonly largestWindow: number;
  /** Advertises a zero window. */
  readonly zeroWindow: Sighting | undefined;
  /** Segments of data or FIN sent again since the other end last acknowledged something new. */
  readonly unansweredRetransmissions: number;
  /** Times at which it did so; the time between the last two of them, and since the last one, if there was one. */
  readonly retransmissionRounds: number;
  readonly retransmissionIntervalMs: number | undefined;
  readonly retransmittedBeforeMs: number;
  /** Segments probing an idle connection (SEQ = SND.NXT-1) that got no answer, newest run. */
  readonly unansweredKeepalives: number;
  /** Keepalive probes that this end sent last, one after the other, answered or not. */
  readonly keepalives: number;
  /** Time between the newest two keepalive probes. */
  readonly keepaliveIntervalMs: number | undefined;
  /** Probes into a zero window that got no answer that opens it, newest run. */
  readonly windowProbes: number;
  readonly unansweredWindowProbes: number;
}

/** The reset's own header. */
export interface ResetFacts {
  readonly frame: number;
  readonly seq: number;
  readonly ack: number;
  /** As in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags: number;
  readonly hasAck: boolean;
  /** As in the header, unscaled. */
  readonly window: number;
  readonly ttl: number;
  readonly ipId: number;
  readonly hasTimestamps: boolean;
  /** MPTCP MP_TCPRST reason (RFC 8684 §3.6), or `fastclose`. */
  readonly mptcp: number | 'fastclose' | undefined;
  readonly payloadLength: number;
}

/** Does the reset look as if the host it names had sent it? */
export interface IdentityFacts {
  /** Reset's TTL minus that of the sender's other segments on this connection; undefined: none seen. */
  readonly ttlDelta: number | undefined;
  /** The sender's other segments do not agree among themselves on a TTL. */
  readonly ttlUnsteady: boolean;
  /**
   * IPv4 identification: zero, the next few after the sender's last, or somewhere else; unknown also where
   * the sender's own packets are not numbered one after the other.
   */
  readonly ipId: 'zero' | 'continues' | 'jumps' | 'unknown';
  /** An active reset without the timestamps that the connection negotiated (RFC 7323 §3.2). */
  readonly timestampsMissing: boolean;
  /** An active reset with window zero where the sender's window had been open. */
  readonly windowDead: boolean;
  /** An active reset with the window field that the sender had sent last. */
  readonly windowKept: boolean;
  /** Reset came faster than the handshake's round trip allows for the host itself. */
  readonly fasterThanHandshake: boolean;
}

/** What the wire shows after the reset. */
export interface AftermathFacts {
  /** Segments (no resets) from the reset's sender on the same connection, not mere reordering. */
  readonly senderWentOn: number;
  /** The first of them. */
  readonly senderWentOnIn: Sighting | undefined;
  /** Among them was data or a FIN beyond the reset's SEQ, or an ACK of something newer. */
  readonly senderSentNew: boolean;
  /** Segments (no resets) of the receiver later than one round trip after the reset. */
  readonly receiverWentOn: number;
  readonly receiverWentOnIn: Sighting | undefined;
  /** The receiver answered at once with a pure ACK at its old numbers (RFC 5961 §3.2). */
  readonly challengeAckIn: Sighting | undefined;
  /** The handshake started again on the same four-tuple. */
  readonly newSynIn: Sighting | undefined;
  readonly newSynAnswered: boolean;
  /** Its sequence number is not that of the SYN before. */
  readonly newSynIsOther: boolean;
  /** Later resets of the same sender, and whether their SEQ rises above everything it ever sent. */
  readonly furtherResets: number;
  readonly risingSequence: boolean;
  /** The first reset of the other end, after this one. */
  readonly otherEndReset: Sighting | undefined;
}

/** Resets before this one on the same connection. */
export interface EarlierResets {
  readonly bySender: Sighting | undefined;
  readonly byReceiver: Sighting | undefined;
  /** One in the receiver's name that took effect, though the receiver went on after it. */
  readonly inReceiversName: Sighting | undefined;
}

/** The connection that used the four-tuple before. */
export interface PredecessorFacts {
  /** Both ends had sent their FIN. */
  readonly closed: boolean;
  readonly reset: boolean;
  /** Its last segment. */
  readonly last: Sighting;
  /** The end that closed first, and so holds TIME-WAIT, is the one that answers now. */
  readonly timeWaitAtReceiver: boolean;
}

export type Protocol =
  | 'http'
  | 'tls'
  | 'ssh'
  | 'mysql'
  | 'postgres'
  | 'redis'
  | 'http2'
  | 'unknown';

/** What the application data starts with, read from the first bytes of segments. */
export interface ApplicationFacts {
  readonly protocol: Protocol;
  /** The client's last request began here, and was complete (all of its declared body was sent). */
  readonly request: Sighting | undefined;
  readonly requestComplete: boolean | undefined;
  /** Requests begun on this connection. */
  readonly requests: number;
  /** The server's last response: its status, its frame; complete by its declared length. */
  readonly response: Sighting | undefined;
  readonly responseStatus: number | undefined;
  readonly responseComplete: boolean | undefined;
  /** The last request was answered: a response began after it. */
  readonly answered: boolean;
  /** The last thing the receiver sent before the reset was a TLS ClientHello. */
  readonly clientHelloLast: boolean;
  /** The client sent a ClientHello and the server never one byte. */
  readonly serverHelloSeen: boolean;
  /** A TLS alert in clear, or a one-record close of TLS 1.3, was the sender's last data. */
  readonly tlsAlert: Sighting | undefined;
}

/** What happened around the connection, on others. */
export interface SurroundingsFacts {
  /** Other connections of the sender's host reset or closed by it within the same instant. */
  readonly massCount: number;
  readonly massWithinMs: number;
  /** Connections refused by the sender's endpoint (SYN, then RST) before and after. */
  readonly refusedBefore: number;
  readonly refusedAfter: number;
  /** Connections that the sender's endpoint accepted (SYN, then SYN,ACK) before and after. */
  readonly acceptedBefore: number;
  readonly acceptedAfter: number;
  /** Distinct endpoints that refused the client's host, did not answer it, or that it left unused. */
  readonly endpointsProbed: number;
  /** Short connections without data from this client's host to this server, at a fixed period. */
  readonly checkCount: number;
  readonly checkPeriodMs: number | undefined;
  /** The same ports and sequence numbers were seen under another address (not translated). */
  readonly siblingConnection: string | undefined;
  /** The SYN queue or accept queue of the server looked full: SYNs unanswered at about this time. */
  readonly unansweredSyns: number;
}

/** How much of the truth this capture can hold. */
export interface CaptureFacts {
  readonly handshakeSeen: boolean;
  readonly senderSeen: boolean;
  readonly receiverSeen: boolean;
  /** No acknowledged byte is missing from the capture, and no gap was noticed. */
  readonly gapless: boolean;
  /** Round trip from SYN to SYN,ACK to ACK, as far as this vantage point shows it. */
  readonly handshakeRttMs: number | undefined;
  /** All of it: both directions, the handshake, nothing lost. */
  readonly whole: boolean;
  /** Each packet was captured more than once. */
  readonly duplicated: boolean;
}

/** What a capture at the other end of the path says of a reset. */
export interface OtherEndFacts {
  /** At whose end this evidence was captured. */
  readonly vantage: 'sender' | 'receiver';
  /**
   * Whether the host that it names sent it. `no`: its own capture shows that it did not; `missing`: it
   * is not in that capture, which may have missed it.
   */
  readonly sent: 'yes' | 'no' | 'missing' | 'unknown';
  readonly arrived: 'yes' | 'missing' | 'unknown';
  /** The reset in the other capture, where it is there. */
  readonly frameThere: number | undefined;
  /** The host went on with the connection after it, in its own capture. */
  readonly wentOnFrame: number | undefined;
  /** Whether the segment that the reset answers reached the host; undefined: nobody knows. */
  readonly triggerArrived: boolean | undefined;
}

/** Everything about one reset. */
export interface Evidence {
  readonly reset: ResetFacts;
  readonly shape: Shape;
  readonly sequence: SequenceRelation;
  /** SEQ is exactly what the receiver expects; undefined where the capture cannot tell. */
  readonly exact: boolean | undefined;
  readonly effect: Effect;
  /** Bytes of the receiver beyond the reset's own ACK: the sender's kernel never took them. */
  readonly receiverBytesBeyondReset: number;
  /** Bytes the receiver had sent since the sender's last data. */
  readonly receiverBytesSinceAnswer: number;
  readonly trigger: Trigger | undefined;
  /** Milliseconds from the trigger to the reset; undefined without one. */
  readonly replyDelayMs: number | undefined;
  /** Silence on the connection before the trigger, or before the reset where nothing drew it. */
  readonly idleMs: number;
  readonly sender: EndFacts;
  readonly receiver: EndFacts;
  readonly identity: IdentityFacts;
  readonly aftermath: AftermathFacts;
  readonly earlier: EarlierResets;
  readonly predecessor: PredecessorFacts | undefined;
  /** The SYN,ACK's timestamp echo is none that the client sent (RFC 7323 §3.2). */
  readonly impossibleTimestampEcho: boolean;
  /** In a handshake: a SYN,ACK that acknowledges something else than the newest SYN. */
  readonly synAckForOtherSyn: Sighting | undefined;
  /** In a handshake: a bare ACK where a SYN,ACK was due (a challenge, or TIME-WAIT's last ACK). */
  readonly ackInsteadOfSynAck: Sighting | undefined;
  readonly application: ApplicationFacts;
  readonly surroundings: SurroundingsFacts;
  readonly capture: CaptureFacts;
  /** With a second capture, at the other end. */
  readonly otherEnd?: OtherEndFacts;
}

/** How a connection ended badly with no reset on the wire. */
export type FailureKind =
  /** SYN after SYN, and never an answer. */
  | 'syn-unanswered'
  /** An ICMP error answered the SYN. */
  | 'unreachable'
  /** The server closed with FIN before its first byte of an answer. */
  | 'closed-before-response'
  /** Data sent again and again, and no answer any more. */
  | 'silence';

/** Everything about one connection that broke without a reset. `sender` is the end that failed the other. */
export interface FailureEvidence {
  readonly kind: FailureKind;
  /** The frame that shows it: the FIN, or the last unanswered segment. */
  readonly frame: number;
  readonly sender: EndFacts;
  readonly receiver: EndFacts;
  readonly idleMs: number;
  /** How long the end that failed had been silent when the capture, or the attempt, ended. */
  readonly silentMs: number;
  readonly attempts: number;
  /** ICMP type and code, as `destination unreachable (port)`. */
  readonly icmp: string | undefined;
  readonly application: ApplicationFacts;
  readonly surroundings: SurroundingsFacts;
  readonly capture: CaptureFacts;
}
