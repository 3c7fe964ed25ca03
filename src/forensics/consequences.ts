import type { AppView, CauseFacts } from '../causes/cause.ts';
import type { Effect, EndFacts, Evidence } from '../causes/evidence.ts';

const NOTHING: AppView = { read: 'nothing', write: 'nothing' };

/**
 * What the receiver's application got, as Linux tells it (tcp_reset): the state of its socket
 * decides, not the cause; a cause may know better for an open connection.
 */
export function receiverApp(e: Evidence, facts: CauseFacts): AppView {
  if (e.effect === 'ignored' || e.effect === 'challenged') return NOTHING;
  switch (e.receiver.state) {
    case 'SYN-SENT':
      return { read: 'ECONNREFUSED', write: 'EPIPE' };
    case 'SYN-RECEIVED':
    case 'LISTEN':
    case 'CLOSED':
    case 'TIME-WAIT':
      return NOTHING;
    case 'CLOSE-WAIT':
    case 'LAST-ACK':
    case 'CLOSING':
      return { read: 'EOF', write: 'EPIPE' };
    default:
      return facts.receiverApp ?? { read: 'ECONNRESET', write: 'EPIPE' };
  }
}

/**
 * Application data lost, in bytes. At least: what the receiver had sent and the sender's kernel
 * never took. At most: also what its application may not have read, and what it had sent itself
 * without an acknowledgement yet.
 */
export function bytesLost(e: Evidence): { min: number; max: number } {
  if (e.effect === 'ignored' || e.effect === 'challenged') return { min: 0, max: 0 };
  const untaken = notTaken(e);
  const maybeUnread = Math.max(0, e.receiverBytesSinceAnswer - untaken);
  return { min: untaken, max: untaken + maybeUnread + unacknowledged(e.sender) };
}

/** An active reset's ACK says how far the sender's kernel had received; else the last ACK does. */
const notTaken = (e: Evidence): number =>
  e.shape === 'active' ? e.receiverBytesBeyondReset : unacknowledged(e.receiver);

const unacknowledged = (end: EndFacts): number => end.bytesSent - end.bytesAcknowledged;

/** What an application saw when its connection broke without a reset. */
export function failureApps(kind: string): { sender: AppView; receiver: AppView } {
  switch (kind) {
    case 'closed-before-response':
      return {
        sender: { read: 'closed by itself', write: 'closed by itself' },
        receiver: { read: 'EOF', write: 'EPIPE' },
      };
    case 'unreachable':
      return {
        sender: NOTHING,
        receiver: { read: 'ECONNREFUSED or EHOSTUNREACH', write: 'EPIPE' },
      };
    default:
      return { sender: NOTHING, receiver: { read: 'ETIMEDOUT', write: 'ETIMEDOUT' } };
  }
}

export const failureEffect: Effect = 'unknown';
