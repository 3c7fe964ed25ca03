import type { Segment } from '../../wire/segment.ts';
import type { Connection } from '../connection.ts';
import { synSentArrives } from './syn-sent.ts';
import { synchronizedArrives } from './synchronized.ts';

/**
 * SEGMENT ARRIVES (RFC 9293 §3.10.7) for a connection from SYN-SENT to LAST-ACK. Afterwards its host
 * looks at `state` (CLOSED: it is gone), `becomesTimeWait`, the buffers and `error`. Throws in
 * CLOSED, LISTEN and TIME-WAIT, which have functions of their own.
 *
 * `inBatch`: others may follow at once, so an ordinary segment sets `answerPutOff` where it would send,
 * and the host calls `afterBatch` at the end, or before anything but the next in order.
 */
export const segmentArrives = (
  c: Connection,
  segment: Segment,
  now: number,
  inBatch = false,
): void => {
  switch (c.state) {
    case 'SYN-SENT':
      return synSentArrives(c, segment, now);
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
    case 'CLOSE-WAIT':
    case 'CLOSING':
    case 'LAST-ACK':
      return synchronizedArrives(c, segment, now, inBatch);
    case 'CLOSED':
    case 'LISTEN':
    case 'TIME-WAIT':
      throw new Error(`no segment arrives at a connection in ${c.state}`);
  }
};
