import { notAnAbort, SAME_CLOSE_MS } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { duration, impossible, seen, standing } from '../finding.ts';
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
      ...doubts(e),
    ]);
  },
});
