import type { SequenceRelation, Shape } from '../causes/evidence.ts';
import { SYN } from '../wire/packet.ts';
import { add, before, distance } from '../wire/sequence.ts';
import { NEVER, type End } from './end.ts';

/** RFC 7323 §2.3. */
const LARGEST_SCALE = 14;

/** A header's window in bytes (RFC 7323 §2.2): that of a SYN is never scaled, and scaling needs both ends' option. */
export const windowInBytes = (
  { flags, window }: { readonly flags: number; readonly window: number },
  sender: End,
  peer: End,
): number => {
  const isScaled = (flags & SYN) === 0 && sender.windowScale > 0 && peer.windowScale >= 0;
  return isScaled ? window << Math.min(sender.windowScale, LARGEST_SCALE) : window;
};

/** Where a reset's SEQ lies against what its sender sent and its receiver acknowledged. */
export function relationOf(
  seq: number,
  shape: Shape,
  sender: End,
  receiver: End,
): SequenceRelation {
  if (shape === 'reply-to-syn') return seq === 0 ? 'zero' : 'unknown';
  if (sender.nxtKnown && seq === sender.nxt) return 'next';
  if (receiver.ackKnown && seq === receiver.ack) return 'acknowledged';
  if (!receiver.ackKnown) return 'unknown';
  return isInWindow(seq, sender, receiver) ? 'in-window' : 'outside';
}

/** A receiver acknowledges data within half a second (RFC 1122 §4.2.3.2); later it never arrived. */
const NEVER_ARRIVED_SECONDS = 0.6;

/**
 * The receiver's RCV.NXT when the reset arrives: everything that the capture saw has reached it,
 * unless its own acknowledgements say otherwise. One of something never sent says nothing.
 */
function expectedBy(sender: End, receiver: End): number | undefined {
  const { nxtKnown, nxt } = sender;
  if (!receiver.ackKnown) return nxtKnown && sender.holes === 0 ? nxt : undefined;
  // A sender that was still connecting is refused by, or refuses, what the receiver had before.
  if (isConnecting(sender)) return receiver.ack;
  if (!nxtKnown || sender.holes > 0) return receiver.ack;
  if (before(nxt, receiver.ack)) return sender.synFrame === NEVER ? receiver.ack : nxt;
  const wasMissed = receiver.lastAt - sender.lastDataAt > NEVER_ARRIVED_SECONDS;
  return wasMissed && sender.lastDataAt > 0 && before(receiver.ack, nxt)
    ? unfinned(sender, receiver)
    : nxt;
}

/** A FIN alone may still be on its way when all data was acknowledged. */
const unfinned = (sender: End, receiver: End): number =>
  sender.fin !== undefined && receiver.ack === add(sender.nxt, -1) ? sender.nxt : receiver.ack;

/** Nothing but SYNs has come from this end, whatever may be on the way to it. */
export const isConnecting = (end: End): boolean =>
  end.synFrame !== NEVER && !end.synHadAck && end.segments === end.synCount;

/** RFC 5961 §3.2; and Linux takes RCV.NXT-1 too once the FIN has arrived (tcp_reset_check). */
export function exactness(seq: number, sender: End, receiver: End): boolean | undefined {
  const expected = expectedBy(sender, receiver);
  if (expected === undefined) return undefined;
  if (seq === expected) return true;
  return sender.fin?.end === expected && seq === add(expected, -1);
}

/** The upper edge belongs to the window, as in Linux (tcp_sequence). */
export function isInWindow(seq: number, sender: End, receiver: End): boolean {
  const expected = expectedBy(sender, receiver);
  if (expected === undefined) return false;
  const offset = distance(seq, expected);
  return offset > 0 && offset <= Math.max(receiver.window, 1);
}

/** Bytes that the receiver sent beyond a reset's ACK: the sender's kernel never took them. */
export function bytesBeyond(ack: number, receiver: End): number {
  if (!receiver.nxtKnown) return 0;
  const open = distance(receiver.nxt, ack) - (receiver.fin === undefined ? 0 : 1);
  return Math.min(receiver.bytesSent, Math.max(0, open));
}
