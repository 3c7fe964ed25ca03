import type { Segment } from '../../wire/segment.ts';
import { add, after, before } from '../../wire/sequence.ts';

/**
 * Whether a segment touches the window `rcvNxt` to `rcvNxt + window`, as Linux asks for a request and
 * for TIME-WAIT (tcp_in_window): an empty one may stand on either edge.
 */
export const isInWindow = (segment: Segment, rcvNxt: number, window: number): boolean => {
  const { seq } = segment;
  if (seq === rcvNxt) return true;
  const end = add(seq, segment.length);
  const edge = add(rcvNxt, window);
  if (after(end, rcvNxt) && before(seq, edge)) return true;
  return seq === edge && end === edge;
};
