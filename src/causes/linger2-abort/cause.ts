import { notAnAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { impossible, possible, seen } from '../finding.ts';
import { activeShape, doubts, finBefore, ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

export const linger2Abort = defineCause({
  id: 'linger2-abort',
  facts,
  particular: true,
  recognise(e) {
    const fin = finBefore(e);
    if (fin === undefined) {
      return impossible(
        e.reset.frame,
        "TCP_LINGER2 matters only after the sender's own FIN, and there is none",
        'TCP_LINGER2 只在发送方自己的 FIN 之后起作用，而这里没有 FIN',
      );
    }
    if (e.shape === 'active') {
      const out = notAnAbort(e);
      if (out !== undefined) return out;
      return possible(fin, activeShape(e), ...doubts(e));
    }
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    if (e.trigger === undefined || e.trigger.length > 0 || e.trigger.fin) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'it was not the bare ACK of the FIN that drew the reset',
        '引出 RST 的并不是对 FIN 的单纯确认',
      );
    }
    return {
      stands: 'expected',
      because: [
        fin,
        seen(
          e.trigger.frame,
          'the mere ACK of that FIN was answered with a reset',
          '仅仅是对该 FIN 的确认，就得到了 RST',
        ),
        ...doubts(e),
      ],
    };
  },
});
