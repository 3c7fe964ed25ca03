import { notAnAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, impossible, possible, seen } from '../finding.ts';
import { activeShape, doubts, finBefore, ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

/** It is the first ACK that ends such a socket; whoever takes that one in silence has no TCP_LINGER2. */
function acknowledgedBefore({ sender, trigger }: Evidence): Observation | undefined {
  const first = sender.fin?.acknowledgedIn;
  if (first === undefined || trigger === undefined || first >= trigger.frame) return undefined;
  return against(
    first,
    'an ACK of it had come before, and drew no reset',
    '此前已有对它的确认到达，并未引出 RST',
  );
}

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
    if (e.trigger?.kind !== 'pure-ack') {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'it was not the bare ACK of the FIN that drew the reset',
        '引出 RST 的并不是对 FIN 的单纯确认',
      );
    }
    const answered = seen(
      e.trigger.frame,
      'the mere ACK of that FIN was answered with a reset',
      '仅仅是对该 FIN 的确认，就得到了 RST',
    );
    const before = acknowledgedBefore(e);
    if (before !== undefined) return possible(fin, answered, before, ...doubts(e));
    return { stands: 'expected', because: [fin, answered, ...doubts(e)] };
  },
});
