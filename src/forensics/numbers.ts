import type { SequenceRelation, Shape } from '../causes/evidence.ts';
import { add, before, distance } from '../wire/sequence.ts';
import type { End } from './end.ts';

/** Where a reset's SEQ lies against what its sender sent and its receiver acknowledged. */
export function relationOf(
  seq: number,
  shape: Shape,
  sender: End,
  receiver: End,
): SequenceRelation {
  if (shape === 'reply-to-syn') return 'zero';
  if (sender.nxtKnown && seq === sender.nxt) return 'next';
  if (receiver.ackKnown && seq === receiver.ack) return 'acknowledged';
  if (!receiver.ackKnown) return 'unknown';
  return isInWindow(seq, sender, receiver) ? 'in-window' : 'outside';
}

/** What the receiver will have received, once all that the capture saw has arrived: its RCV.NXT. */
function expectedBy(sender: End, receiver: End): number | undefined {
  if (
    sender.nxtKnown &&
    sender.holes === 0 &&
    (!receiver.ackKnown || !before(sender.nxt, receiver.ack))
  ) {
    return sender.nxt;
  }
  return receiver.ackKnown ? receiver.ack : undefined;
}

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
