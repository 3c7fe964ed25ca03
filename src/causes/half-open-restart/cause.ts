import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, duration, possible, seen, standing } from '../finding.ts';
import { notForgotten } from '../forgotten.ts';
import { doubts, replyShape, wasJustThere } from '../signs.ts';
import { facts } from './facts.ts';

export const halfOpenRestart = defineCause({
  id: 'half-open-restart',
  facts,
  recognise(e) {
    const known = notForgotten(e);
    if (known !== undefined) return known;
    if (e.trigger === undefined) return possible();
    return standing([...forgetting(e), replyShape(e, e.trigger), ...doubts(e)]);
  },
});

function forgetting(e: Evidence): readonly Observation[] {
  const { last } = e.sender;
  if (last === undefined) {
    return [
      seen(
        e.reset.frame,
        'the sender knows nothing of this connection, at least not in this capture',
        '发送方不知道这个连接，至少在这份抓包中如此',
      ),
    ];
  }
  if (wasJustThere(e)) {
    return [
      against(
        last.frame,
        `the sender still took part ${duration(last.beforeMs)} before: too soon for a restart`,
        `发送方在 ${duration(last.beforeMs)} 之前还在通信：重启不可能这么快`,
      ),
    ];
  }
  const silent = seen(
    last.frame,
    `the sender had last spoken ${duration(last.beforeMs)} before, and never closed`,
    `发送方最后一次发言在 ${duration(last.beforeMs)} 之前，且从未关闭`,
  );
  if (e.receiver.unansweredRetransmissions === 0 && e.receiver.unansweredKeepalives <= 1) {
    return [silent];
  }
  const wasDown = seen(
    e.receiver.last?.frame ?? e.reset.frame,
    'before the reset the host did not answer at all for a while: it was down',
    'RST 之前该主机有一段时间毫无应答：它当时不在线',
  );
  return [wasDown, silent];
}
