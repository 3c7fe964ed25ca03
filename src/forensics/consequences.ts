import type { AppView, CauseFacts } from '../causes/cause.ts';
import type { EndFacts, Evidence } from '../causes/evidence.ts';
import type { CauseId } from '../causes/ids.ts';

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
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'unknown':
      return facts.receiverApp ?? { read: 'ECONNRESET', write: 'EPIPE' };
  }
}

/**
 * Application data lost, in bytes. At least: what the receiver had sent and the sender's kernel
 * never took. At most: also what its application may not have read, and what it had sent itself
 * without an acknowledgement yet.
 */
export function bytesLost(e: Evidence, cause: CauseId): { min: number; max: number } {
  const isWithoutEffect = e.effect === 'ignored' || e.effect === 'challenged';
  if (isWithoutEffect && !isOwnAbort(e)) return { min: 0, max: 0 };
  const untaken = notTaken(e);
  // An early answer is given without reading: nothing of the request need have been read.
  const isUnread = cause === 'early-response' && e.application.requests <= 1;
  const unanswered = isUnread ? e.receiver.bytesSent : e.receiverBytesSinceAnswer;
  const maybeUnread = Math.max(0, unanswered - untaken);
  return { min: untaken, max: untaken + maybeUnread + unacknowledged(e.sender) };
}

/** The sender's own end is lost with all it held, whether or not its reset still meets anybody. */
const isOwnAbort = (e: Evidence): boolean =>
  e.shape === 'active' && e.sequence === 'next' && !e.earlier.bySender && !e.earlier.byReceiver;

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
      return { sender: NOTHING, receiver: { read: 'ETIMEDOUT', write: 'EPIPE' } };
  }
}
