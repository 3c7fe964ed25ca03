import { notAnAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { against, count, duration, expected, impossible, possible, seen } from '../finding.ts';
import { activeShape, doubts, isEstablished, ruledOutByGoingOn, shapeTold } from '../signs.ts';
import { facts } from './facts.ts';

/** Fewer are everyday loss. */
const MANY = 3;

export const retransmissionTimeout = defineCause({
  id: 'retransmission-timeout',
  facts,
  particular: true,
  recognise(e) {
    const { unansweredRetransmissions: again, last } = e.sender;
    if (again === 0 || last === undefined || !isEstablished(e)) {
      return impossible(
        e.reset.frame,
        'the sender had not been retransmitting without an answer',
        '发送方此前没有无应答的重传',
      );
    }
    const tried = seen(
      last.frame,
      `the sender had retransmitted ${count(again)} times without an answer, last ${duration(last.beforeMs)} before`,
      `发送方重传 ${count(again)} 次没有应答，最后一次在 ${duration(last.beforeMs)} 之前`,
    );
    if (e.shape === 'active') {
      const out = notAnAbort(e);
      if (out !== undefined) return out;
      return possible(tried, activeShape(e), ...doubts(e));
    }
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    const because = [tried, ...shapeTold(e), ...doubts(e)];
    return again >= MANY ? expected(...because) : possible(...because);
  },
  recogniseFailure(e) {
    if (e.kind !== 'silence') {
      return impossible(e.frame, 'not a connection that fell silent', '不是陷入沉默的连接');
    }
    return expected(
      seen(
        e.frame,
        `sent again ${count(e.attempts)} times with no answer, over ${duration(e.silentMs)}`,
        `${duration(e.silentMs)} 内重传 ${count(e.attempts)} 次，没有应答`,
      ),
      against(
        e.frame,
        'giving up leaves no trace on the wire: it may still have been trying',
        '放弃时线上没有任何痕迹：也可能还在重试',
      ),
    );
  },
});
