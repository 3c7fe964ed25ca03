import type { CauseId } from '../../causes/ids.ts';
import { ACK, FIN, RST, SYN } from '../../wire/packet.ts';
import type { Segment } from '../../wire/segment.ts';
import type { FourTuple } from '../four-tuple.ts';
import type { Outlet } from '../outlet.ts';
import type { Rule } from '../reset-event.ts';
import { recordOf } from '../segment-record.ts';
import { sendReply } from '../send-reset.ts';

const NO_RESET_IN_LISTEN: Rule = {
  source: 'RFC 9293 §3.10.7.2',
  says: 'A reset in LISTEN is ignored, since nothing was sent that it could answer',
  claim: 'B2',
};

/**
 * SEGMENT ARRIVES in LISTEN, for a four-tuple without request (RFC 9293 §3.10.7.2). `syn`: the host
 * goes on with its queues. A SYN with FIN is dropped, as on Linux. `cause`: why an acknowledgement
 * comes here, where the host knows it.
 */
export const listenArrives = (
  path: FourTuple,
  segment: Segment,
  outlet: Outlet,
  now: number,
  cause: CauseId = 'listener-got-ack',
): 'drop' | 'reset-sent' | 'syn' => {
  const { flags } = segment;
  if ((flags & RST) !== 0) {
    const reset = recordOf(segment);
    const rule = NO_RESET_IN_LISTEN;
    outlet.report({ kind: 'ignored', atMs: now, path, state: 'LISTEN', rule, reset });
    return 'drop';
  }
  if ((flags & ACK) !== 0) {
    sendReply(cause, path, segment, outlet, now, 'LISTEN', { reason: 'TCP_FLAGS' });
    return 'reset-sent';
  }
  return (flags & (SYN | FIN)) === SYN ? 'syn' : 'drop';
};
