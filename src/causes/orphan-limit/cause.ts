import { mayBeUnread, notAnAbort, SAME_CLOSE_MS } from '../abort.ts';
import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, duration, impossible, seen, standing } from '../finding.ts';
import { activeShape, doubts } from '../signs.ts';
import { facts } from './facts.ts';

export const orphanLimit = defineCause({
  id: 'orphan-limit',
  facts,
  particular: true,
  recognise(e) {
    const out = notAnAbort(e);
    if (out !== undefined) return out;
    const { fin } = e.sender;
    if (fin === undefined) {
      return impossible(
        e.reset.frame,
        'no FIN went out right before it, as tcp_max_orphans has it',
        '紧挨之前没有 FIN，而超出 tcp_max_orphans 时会先发 FIN',
      );
    }
    // tcp_check_oom runs in the same close() that sent the FIN.
    if (fin.beforeMs > SAME_CLOSE_MS) {
      return impossible(
        fin.frame,
        `the FIN is ${duration(fin.beforeMs)} older: not the same close()`,
        `FIN 早了 ${duration(fin.beforeMs)}：不是同一次 close()`,
      );
    }
    return standing([
      seen(
        fin.frame,
        `FIN and reset left in the same instant (${duration(fin.beforeMs)} apart), the reset one number higher`,
        `FIN 与 RST 在同一瞬间发出（相隔 ${duration(fin.beforeMs)}），RST 的序号大一`,
      ),
      activeShape(e),
      ...unreadInstead(e),
      ...doubts(e),
    ]);
  },
});

/** Python's socketserver ends each connection so, and so do others that shut down before they close. */
const unreadInstead = (e: Evidence): readonly Observation[] => {
  const { lastData } = e.receiver;
  if (lastData === undefined || !mayBeUnread(e)) return [];
  return [
    against(
      lastData.frame,
      'shutdown() and then close() with data of the other end unread looks just so, and is more common',
      '先 shutdown() 再 close()，而对端的数据还没有读，看起来完全一样，并且更常见',
    ),
  ];
};
