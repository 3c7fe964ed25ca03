import type { Segment } from '../wire/segment.ts';
import type { Connection } from './connection.ts';
import type { Reset } from './reset.ts';
import type { ResetEvent } from './reset-event.ts';
import type { FourTuple } from './four-tuple.ts';

/**
 * Where the engine's effects go. Each call is made during an input (a segment, a user call, a
 * time-out) and must not lead back into the engine before that input is over: what is sent is
 * encoded or queued, nothing more. The segment is the engine's own and valid during the call only.
 */
export interface Outlet {
  /**
   * Bytes of text that one segment may carry to be cut into segments of `segmentSize` on the way (TSO);
   * 0 or left out: none is cut.
   */
  readonly segmentation?: number;
  /**
   * Asked before new text departs, where the link takes only so much at once (as Linux asks its queues,
   * tcp_small_queue_check). False: it waits, and `output` is to be called when there is room.
   */
  hasRoom?(path: FourTuple): boolean;
  /** Sends a segment without RST. `connection` is undefined where no connection sends it. */
  transmit(segment: Segment, path: FourTuple, connection: Connection | undefined): void;
  /** Sends a reset; nothing but `resetFor` makes one. */
  transmitReset(reset: Reset, path: FourTuple): void;
  /** Whether the device takes nothing just now; then no text is sent, but tried again later. */
  isCongested?(): boolean;
  /** Tells of a reset sent, received, challenged, ignored, or withheld where one might expect it. */
  report(event: ResetEvent): void;
}
