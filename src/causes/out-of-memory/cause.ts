import { silentAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { impossible } from '../finding.ts';
import { notActive } from '../signs.ts';
import { facts } from './facts.ts';

export const outOfMemory = defineCause({
  id: 'out-of-memory',
  facts,
  recognise(e) {
    if (e.shape !== 'active') return notActive(e);
    if (!mayBeOrphan(e)) {
      return impossible(
        e.reset.frame,
        'the sender had neither closed nor waited with unsent data: only orphans are given up',
        '发送方既没有关闭，也没有发不出去的数据：内核只放弃孤儿连接',
      );
    }
    return silentAbort(e);
  },
});

/** tcp_out_of_resources asks of orphans only: a FIN was sent, or waits behind data. */
const mayBeOrphan = ({ sender, receiver }: Evidence): boolean =>
  sender.fin !== undefined ||
  sender.unansweredRetransmissions > 0 ||
  sender.windowProbes > 0 ||
  receiver.zeroWindow !== undefined;
