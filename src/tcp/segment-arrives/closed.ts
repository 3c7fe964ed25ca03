import type { CauseId } from '../../causes/ids.ts';
import { RST } from '../../wire/packet.ts';
import type { Segment } from '../../wire/segment.ts';
import type { FourTuple } from '../four-tuple.ts';
import type { Outlet } from '../outlet.ts';
import type { Rule } from '../reset-event.ts';
import { recordOf } from '../segment-record.ts';
import { sendReply } from '../send-reset.ts';

const NEVER_ANSWERED: Rule = {
  source: 'RFC 9293 §3.10.7.1',
  says: 'A reset that belongs to no connection is discarded',
  claim: 'B2',
};

/**
 * SEGMENT ARRIVES where there is no connection (RFC 9293 §3.10.7.1): all but a reset are answered
 * with one. Why there is none, only the host can know: it names the cause.
 */
export const closedArrives = (
  cause: CauseId,
  path: FourTuple,
  segment: Segment,
  outlet: Outlet,
  now: number,
): void => {
  if ((segment.flags & RST) === 0) {
    sendReply(cause, path, segment, outlet, now, 'CLOSED', { reason: 'NO_SOCKET' });
    return;
  }
  const reset = recordOf(segment);
  outlet.report({ kind: 'ignored', atMs: now, path, state: 'CLOSED', rule: NEVER_ANSWERED, reset });
};
