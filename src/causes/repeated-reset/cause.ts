import { defineCause } from '../cause.ts';
import { duration, expected, impossible, seen } from '../finding.ts';
import { ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

export const repeatedReset = defineCause({
  id: 'repeated-reset',
  facts,
  recognise(e) {
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    const first = e.earlier.bySender;
    if (first === undefined) {
      return impossible(
        e.reset.frame,
        "the sender's first reset on this connection",
        '这是发送方在此连接上的第一个 RST',
      );
    }
    const because = [
      seen(
        first.frame,
        `the sender had reset this connection ${duration(first.beforeMs)} before`,
        `发送方在 ${duration(first.beforeMs)} 之前已复位过这个连接`,
      ),
    ];
    if (e.trigger !== undefined) {
      because.push(
        seen(
          e.trigger.frame,
          'the other end had sent more, and was answered again',
          '对端又发来报文段，于是再次得到应答',
        ),
      );
    }
    return expected(...because);
  },
});
