import { defineCause } from '../cause.ts';
import { duration, expected, impossible, seen } from '../finding.ts';
import { namedTimer } from '../timers.ts';
import { facts } from './facts.ts';

export const closedBeforeResponse = defineCause({
  id: 'closed-before-response',
  facts,
  particular: true,
  recognise: (e) =>
    impossible(e.reset.frame, 'the connection ended with a reset', '连接以 RST 结束'),
  recogniseFailure(e) {
    if (e.kind !== 'closed-before-response') {
      return impossible(e.frame, 'nobody closed with FIN', '没有人用 FIN 关闭');
    }
    const asked = e.application.request ?? e.receiver.lastData;
    const timer = namedTimer(e.idleMs);
    return expected(
      seen(
        asked?.frame ?? e.frame,
        'a request was sent and never answered',
        '请求已发出，从未得到应答',
      ),
      seen(
        e.frame,
        `the other end closed with FIN after ${duration(e.idleMs)}${timer ? `, a well-known timer: ${timer}` : ''}; no reset is on the wire`,
        `对端在 ${duration(e.idleMs)} 之后用 FIN 关闭${timer ? `，是常见的超时：${timer}` : ''}；线上没有 RST`,
      ),
    );
  },
});
