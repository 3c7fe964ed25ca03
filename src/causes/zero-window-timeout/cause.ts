import { notAnAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import {
  against,
  duration,
  expected,
  impossible,
  possible,
  seen,
  standing,
  times,
} from '../finding.ts';
import { activeShape, doubts, ruledOutByGoingOn, shapeTold } from '../signs.ts';
import { facts } from './facts.ts';

export const zeroWindowTimeout = defineCause({
  id: 'zero-window-timeout',
  facts,
  particular: true,
  recognise(e) {
    const { windowProbes, last } = e.sender;
    if (windowProbes === 0 || last === undefined) {
      return impossible(
        e.reset.frame,
        'the sender had not been probing a zero window',
        '发送方此前没有在探测零窗口',
      );
    }
    const probes = seen(
      last.frame,
      `the sender had probed a zero window ${times(windowProbes)}, last ${duration(last.beforeMs)} before`,
      `发送方探测零窗口 ${windowProbes} 次，最后一次在 ${duration(last.beforeMs)} 之前`,
    );
    if (e.shape === 'active') {
      const out = notAnAbort(e);
      if (out !== undefined) return out;
      return windowProbes >= 3 && e.receiver.zeroWindow
        ? expected(probes, activeShape(e), ...doubts(e))
        : possible(probes, activeShape(e), ...doubts(e));
    }
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    if (e.sender.unansweredWindowProbes === 0 && e.trigger !== undefined && e.trigger.length > 0) {
      return possible(
        probes,
        against(
          last.frame,
          'each was answered: a socket that its program still holds then probes for ever',
          '每次探测都有应答：只要程序仍持有套接字，就会一直探测下去',
        ),
        ...doubts(e),
      );
    }
    return standing([probes, ...shapeTold(e), ...doubts(e)]);
  },
});
