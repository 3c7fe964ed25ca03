import { ACK, FIN, SYN } from '../wire/packet.ts';

/**
 * A connection's life in one word: enough to tell, without following it, whether it ended, or stands,
 * in a way worth a look. Its two ends are "lower" and "upper", by key.
 */
const USED = 1 << 0;
export const CLIENT_UPPER = 1 << 1;
export const OPENED = 1 << 2;
const ANSWERED = 1 << 3;
export const CLIENT_WENT_ON = 1 << 4;
const CLIENT_FIN = 1 << 5;
const SERVER_FIN = 1 << 6;
const REQUEST_OPEN = 1 << 7;
export const ANY_DATA = 1 << 8;
export const HUNG_UP = 1 << 9;
const RUN_UPPER = 1 << 10;
const RUN_SHIFT = 11;
const RUN_ONE = 1 << RUN_SHIFT;
const RUN_MASK = 7 << RUN_SHIFT;
export const BOTH_FIN = CLIENT_FIN | SERVER_FIN;

/** Segments in a row that nobody answered, from which on a connection may have gone silent. */
const SILENT_RUN = 3 * RUN_ONE;

/** The word of a connection about to begin; without a handshake the client has the higher port. */
export function beginning(fromHigherPort: boolean, side: 0 | 1): number {
  const clientUpper = fromHigherPort === (side === 1);
  return USED | (clientUpper ? CLIENT_UPPER : 0);
}

/** Nobody, or somebody who has left in order. */
export const isFree = (state: number): boolean => state === 0 || (state & BOTH_FIN) === BOTH_FIN;

/** Never answered, hung up on, or gone silent; a capture of one direction only is none of these. */
export function isSuspicious(state: number): boolean {
  if ((state & HUNG_UP) !== 0) return true;
  if ((state & (OPENED | ANSWERED | CLIENT_WENT_ON)) === OPENED) return true;
  const bothSpoke = (state & ANSWERED) !== 0 && (state & (OPENED | CLIENT_WENT_ON)) !== 0;
  return bothSpoke && (state & BOTH_FIN) !== BOTH_FIN && (state & RUN_MASK) >= SILENT_RUN;
}

/** The word after one more segment. */
export function advance(before: number, flags: number, payloadLength: number, side: 0 | 1): number {
  let state = before;
  if ((flags & (SYN | ACK)) === SYN) {
    state = (state & ~CLIENT_UPPER) | OPENED | (side === 1 ? CLIENT_UPPER : 0);
  }
  const fromClient = (side === 1) === ((state & CLIENT_UPPER) !== 0);
  if (fromClient) {
    if ((flags & SYN) === 0) state |= CLIENT_WENT_ON;
    if (payloadLength > 0) state |= ANY_DATA | REQUEST_OPEN;
    if ((flags & FIN) !== 0) state |= CLIENT_FIN;
  } else {
    state |= ANSWERED;
    if (payloadLength > 0) state = (state | ANY_DATA) & ~REQUEST_OPEN;
    if ((flags & FIN) !== 0) {
      if ((state & (REQUEST_OPEN | CLIENT_FIN)) === REQUEST_OPEN) state |= HUNG_UP;
      state |= SERVER_FIN;
    }
  }
  return countRun(state, side === 1);
}

/** Counts, up to 7, the segments in a row that one end sent while the other kept silent. */
function countRun(state: number, upper: boolean): number {
  if (upper !== ((state & RUN_UPPER) !== 0)) {
    return (state & ~(RUN_MASK | RUN_UPPER)) | (upper ? RUN_UPPER : 0) | RUN_ONE;
  }
  return (state & RUN_MASK) === RUN_MASK ? state : state + RUN_ONE;
}
