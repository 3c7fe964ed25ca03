import { givesUpRetransmitting, notAnAbort } from '../abort.ts';
import { defineCause, type Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import {
  against,
  count,
  duration,
  expected,
  impossible,
  possible,
  seen,
  standing,
  times,
} from '../finding.ts';
import { endedUnseen, notForgotten, wasSilentFor } from '../forgotten.ts';
import { activeShape, doubts, isEstablished, ruledOutByGoingOn, shapeTold } from '../signs.ts';
import { facts } from './facts.ts';

/** Fewer are everyday loss. */
const MANY = 3;
/** Nobody gives up sooner: the least retransmission time-out of RFC 6298 §2.4. */
const GIVING_UP_MS = 1000;

const triesWereLost = (e: Evidence): Observation =>
  against(
    e.reset.frame,
    'if the sender had given up, its retransmissions were lost before they came to this capture',
    '如果发送方是放弃了，那么它的重传在到达抓包处之前都丢失了',
  );

export const retransmissionTimeout = defineCause({
  id: 'retransmission-timeout',
  facts,
  particular: true,
  recognise(e) {
    const { unansweredRetransmissions: again, last } = e.sender;
    if (again === 0 && notForgotten(e) === undefined && wasSilentFor(e, GIVING_UP_MS)) {
      return endedUnseen(e, triesWereLost(e));
    }
    if (again === 0 || last === undefined || !isEstablished(e)) {
      return impossible(
        e.reset.frame,
        'the sender had not been retransmitting without an answer',
        '发送方此前没有无应答的重传',
      );
    }
    const tried = seen(
      last.frame,
      `the sender had retransmitted ${times(again)} without an answer, last ${duration(last.beforeMs)} before`,
      `发送方重传 ${count(again)} 次没有应答，最后一次在 ${duration(last.beforeMs)} 之前`,
    );
    if (e.shape === 'active') {
      const out = notAnAbort(e);
      if (out !== undefined) return out;
      const due = givesUpRetransmitting(e);
      if (due !== undefined) return standing([tried, due, activeShape(e), ...doubts(e)]);
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
        `sent again ${times(e.attempts)} with no answer, over ${duration(e.silentMs)}`,
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
