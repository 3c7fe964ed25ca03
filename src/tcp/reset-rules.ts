import type { RstReason } from '../causes/cause.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Rule } from './reset-event.ts';

/**
 * How a reset comes about, which fixes its numbers: `active`, a connection's own word; `reply`, the
 * answer to a segment; `half-open`, a request given up; `time-wait`, a TIME-WAIT ended with a word;
 * `forged`, by somebody on the way.
 */
export type Shape = 'active' | 'reply' | 'half-open' | 'time-wait' | 'forged';

/** What is lawful for a cause. */
export interface Ruling {
  readonly shapes: readonly Shape[];
  /** What Linux may print for it, the usual one first. */
  readonly reasons: readonly [RstReason, ...RstReason[]];
  readonly rule: Rule;
}

/** A segment met no socket, or a listener that has nothing of its connection. */
const STRANGER = ['NO_SOCKET', 'TCP_FLAGS'] as const;

const ruling = (
  shapes: readonly Shape[],
  reasons: readonly [RstReason, ...RstReason[]],
  source: string,
  says: string,
  claim?: string,
): Ruling => ({
  shapes,
  reasons,
  rule: claim === undefined ? { source, says } : { source, says, claim },
});

/** Every cause that may put a reset on the wire here. One that is not listed cannot be minted. */
export const RULINGS: Partial<Record<CauseId, Ruling>> = {
  // An application ends its connection.
  'close-with-unread-data': ruling(
    ['active'],
    ['TCP_ABORT_ON_CLOSE'],
    'RFC 9293 §3.6.1',
    'A close with received data unread resets, so that the peer learns of the loss',
    'A10',
  ),
  'linger-zero': ruling(
    ['active'],
    ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
    'RFC 9293 §3.10.5',
    'A close with SO_LINGER of no seconds is an abort: what is unsent is discarded, and a reset sent',
    'A5',
  ),
  'linger-timeout': ruling(
    ['active', 'reply'],
    ['TCP_ABORT_ON_LINGER', 'TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET', ...STRANGER],
    'resetlab.linger_timeout',
    'The time of SO_LINGER is up with data unacknowledged, which is discarded',
    'A6',
  ),
  'linger2-abort': ruling(
    ['active', 'reply'],
    ['TCP_ABORT_ON_LINGER', 'TCP_ABORT_ON_DATA'],
    'tcp(7) TCP_LINGER2',
    'With a negative TCP_LINGER2 nothing of a closed connection waits in FIN-WAIT-2',
  ),
  disconnect: ruling(
    ['active'],
    ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
    'tcp_disconnect',
    'connect(2) to AF_UNSPEC aborts the connection',
  ),
  destroyed: ruling(
    ['active'],
    ['TCP_STATE'],
    'tcp_abort',
    'An administrator destroyed the socket',
  ),
  'listener-closed': ruling(
    ['active', 'reply'],
    ['TCP_STATE', ...STRANGER],
    'inet_csk_listen_stop',
    'Connections that wait in the accept queue are reset when their listener closes',
  ),
  'early-response': ruling(
    ['active'],
    ['TCP_ABORT_ON_CLOSE'],
    'RFC 9293 §3.6.1',
    'A server that answered closes with the rest of the request unread',
    'A10',
  ),
  'client-abort': ruling(
    ['active', 'reply'],
    ['TCP_ABORT_ON_CLOSE', 'TCP_STATE', 'TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET', ...STRANGER],
    'RFC 9293 §3.10.5',
    'A client that waits no longer ends the connection under its server',
    'A10',
  ),
  'health-check': ruling(
    ['active', 'reply'],
    ['TCP_STATE', ...STRANGER],
    'RFC 9293 §3.10.5',
    'A checker that knows enough ends the connection by an abort',
    'A5',
  ),
  'tls-rejected': ruling(
    ['active', 'forged'],
    ['TCP_ABORT_ON_CLOSE', 'TCP_STATE'],
    'RFC 3360',
    'A name in the ClientHello was refused by a reset',
    'A22',
  ),

  // Time or memory is up.
  'keepalive-timeout': ruling(
    ['active'],
    ['TCP_KEEPALIVE_TIMEOUT'],
    'RFC 9293 §3.8.4',
    'The last keepalive probe went unanswered',
    'A9',
  ),
  'user-timeout': ruling(
    ['active', 'reply'],
    ['TCP_KEEPALIVE_TIMEOUT', ...STRANGER],
    'RFC 5482',
    'TCP_USER_TIMEOUT is up',
    'A9',
  ),
  'retransmission-timeout': ruling(
    ['reply'],
    STRANGER,
    'RFC 9293 §3.8.3',
    'A connection given up after its last retransmission is not there any more',
    'A17',
  ),
  'zero-window-timeout': ruling(
    ['active', 'reply'],
    ['NOT_SPECIFIED', ...STRANGER, 'TCP_ABORT_ON_DATA'],
    'RFC 6429 §3',
    'The window stayed shut through all its probes',
    'A16',
  ),
  'orphan-limit': ruling(
    ['active'],
    ['TCP_ABORT_ON_MEMORY'],
    'tcp_check_oom',
    'More connections than tcp_max_orphans are held by no application',
    'A20',
  ),
  'out-of-memory': ruling(
    ['active'],
    ['TCP_ABORT_ON_MEMORY'],
    'tcp_check_oom',
    'TCP has no memory left for it',
  ),
  'syn-flood-defence': ruling(
    ['half-open'],
    ['NOT_SPECIFIED'],
    'resetlab.half_open_timeout',
    'A half-open connection whose time is up is reset',
    'A24',
  ),

  // A segment comes to nothing.
  'closed-port': ruling(
    ['reply'],
    ['NO_SOCKET'],
    'RFC 9293 §3.10.7.1',
    'A SYN to a port where nobody listens is reset',
    'A1',
  ),
  'half-open-restart': ruling(
    ['reply'],
    STRANGER,
    'RFC 9293 §3.5.1',
    'This host has lost the connection that the segment belongs to',
    'A7',
  ),
  'listener-got-ack': ruling(
    ['reply'],
    ['TCP_FLAGS', 'NO_SOCKET'],
    'RFC 9293 §3.10.7.2',
    'An acknowledgement is bad in LISTEN, which has sent nothing',
    'A3',
  ),
  'repeated-reset': ruling(
    ['reply'],
    STRANGER,
    'RFC 9293 §3.10.7.1',
    'The connection was reset before, and the peer has not heard of it',
    'B5',
  ),
  'lost-last-ack': ruling(
    ['reply'],
    STRANGER,
    'RFC 9293 §3.10.7.1',
    'A FIN comes again to an end that kept no TIME-WAIT',
    'A13',
  ),
  'connect-cancelled': ruling(
    ['reply'],
    ['NO_SOCKET'],
    'RFC 9293 §3.10.7.1',
    'The SYN,ACK comes after the connection was given up',
    'A3',
  ),
  'handshake-timeout': ruling(
    ['reply'],
    ['TCP_FLAGS', 'NO_SOCKET'],
    'RFC 9293 §3.10.7.2',
    'The half-open connection was dropped before its last segment came',
    'A17',
  ),
  'port-scan': ruling(['reply'], STRANGER, 'RFC 9293 §3.10.7.1', 'A probe meets nothing', 'A25'),
  'mass-restart': ruling(
    ['reply'],
    STRANGER,
    'RFC 9293 §3.5.1',
    'Many connections at once were lost by a restart',
    'A7',
  ),

  // A segment comes to a connection that does not want it.
  'data-after-close': ruling(
    ['reply'],
    ['TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET', ...STRANGER],
    'RFC 9293 §3.6.1',
    'New data for a connection that no application holds any more',
    'A11',
  ),
  'keepalive-race': ruling(
    ['reply'],
    ['TCP_ABORT_ON_DATA', 'TCP_TIMEWAIT_SOCKET', ...STRANGER],
    'RFC 9293 §3.6.1',
    'A request crossed the close of the idle connection that it came on',
    'A11',
  ),
  'read-shutdown': ruling(
    ['reply'],
    ['TCP_ABORT_ON_DATA'],
    'RFC 9293 §3.6.1',
    'New data for an application that shut its reading side',
    'A21',
  ),
  'handshake-ack-unacceptable': ruling(
    ['reply'],
    ['TCP_INVALID_ACK_SEQUENCE'],
    'RFC 9293 §3.10.7.3',
    'In SYN-SENT an acknowledgement of anything but our SYN is reset',
    'A12',
  ),
  'four-tuple-reuse': ruling(
    ['reply', 'active', 'time-wait'],
    ['TCP_INVALID_ACK_SEQUENCE', 'INVALID_SYN'],
    'RFC 9293 §3.10.7.3',
    'The acknowledgement of an older connection on the same four-tuple is reset in SYN-SENT',
    'A14',
  ),
  'time-wait-collision': ruling(
    ['reply'],
    ['TCP_INVALID_ACK_SEQUENCE'],
    'RFC 9293 §3.10.7.3',
    "The acknowledgement of the peer's TIME-WAIT is reset in SYN-SENT",
    'A18',
  ),
  paws: ruling(
    ['reply'],
    ['TCP_RFC7323_PAWS'],
    'RFC 7323 §3.2',
    'The SYN,ACK echoes a timestamp that was not sent',
    'A3',
  ),
  'bad-ack-in-handshake': ruling(
    ['reply'],
    ['TCP_FLAGS', 'TCP_ACK_UNSENT_DATA', 'TCP_TOO_OLD_ACK', 'INVALID_SYN'],
    'RFC 9293 §3.10.7.4',
    'In SYN-RECEIVED an acknowledgement of anything but our SYN,ACK is reset',
    'A23',
  ),
  'accept-queue-overflow': ruling(
    ['reply'],
    ['INVALID_SYN', ...STRANGER],
    'tcp_check_req',
    'The accept queue is full and tcp_abort_on_overflow is set',
    'A19',
  ),

  // Somebody on the way.
  'firewall-reject': ruling(
    ['reply', 'forged'],
    ['NOT_SPECIFIED'],
    'nf_send_reset',
    'A rule of the firewall rejects with a reset',
    'A22',
  ),
  injected: ruling(
    ['reply', 'forged'],
    ['NOT_SPECIFIED'],
    'RFC 3360',
    'Somebody on the way wrote a reset in the name of an end',
    'B3',
  ),
  'middlebox-idle-timeout': ruling(
    ['reply', 'forged'],
    ['NOT_SPECIFIED', ...STRANGER],
    'RFC 5382 §5',
    'A middlebox has dropped the idle connection from its table',
    'A3',
  ),
  'conntrack-invalid': ruling(
    ['reply', 'forged'],
    ['NO_SOCKET', 'TCP_FLAGS'],
    'tcp_in_window',
    'A segment that connection tracking held for invalid went on untranslated',
    'A23',
  ),
  'reset-ignored': ruling(
    ['forged'],
    ['NOT_SPECIFIED'],
    'RFC 5961 §3.2',
    'A reset that misses the number its receiver expects',
    'B3',
  ),
};
