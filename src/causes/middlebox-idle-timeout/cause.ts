import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import { against, duration, impossible, possible, seen, standing } from '../finding.ts';
import { foreignSigns, isEstablished, notReply, replyShape, serverOnlyOffered } from '../signs.ts';
import { namedTimer } from '../timers.ts';
import { facts } from './facts.ts';

/** No middlebox in use forgets an established connection sooner. */
const SHORTEST_MS = 25_000;
/** Below this the connection was not idle at all. */
const IDLE_MS = 1_000;

export const middleboxIdleTimeout = defineCause({
  id: 'middlebox-idle-timeout',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape !== 'reply') return e.shape === 'active' ? atExpiry(e) : notReply(e);
    if (!isEstablished(e) || serverOnlyOffered(e)) {
      return impossible(e.reset.frame, 'the connection was never established', '连接从未建立');
    }
    if (e.sender.fin !== undefined) {
      return impossible(
        e.sender.fin.frame,
        'the sender had closed: no middlebox is needed',
        '发送方已经关闭：不需要中间设备来解释',
      );
    }
    if (e.idleMs < IDLE_MS) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        `the connection had been idle for ${duration(e.idleMs)} only`,
        `连接只空闲了 ${duration(e.idleMs)}`,
      );
    }
    return standing([
      idle(e.idleMs, e.reset.frame),
      ...(e.trigger ? [replyShape(e, e.trigger)] : []),
      ...foreignSigns(e),
    ]);
  },
  recogniseFailure(e) {
    if (e.kind !== 'silence') {
      return impossible(e.frame, 'not a connection that fell silent', '不是陷入沉默的连接');
    }
    if (e.idleMs < SHORTEST_MS) {
      return impossible(
        e.frame,
        `the connection had been idle for ${duration(e.idleMs)} only`,
        `连接只空闲了 ${duration(e.idleMs)}`,
      );
    }
    return standing([idle(e.idleMs, e.frame)]);
  },
});

/** Some balancers reset both ends when the timer runs out (Azure enable_tcp_reset). */
function atExpiry(e: Parameters<typeof foreignSigns>[0]) {
  if (e.idleMs < SHORTEST_MS) {
    return impossible(
      e.reset.frame,
      `the connection had been idle for ${duration(e.idleMs)} only`,
      `连接只空闲了 ${duration(e.idleMs)}`,
    );
  }
  if (e.sender.unansweredKeepalives > 0) {
    return impossible(
      e.sender.last?.frame ?? e.reset.frame,
      "the sender's own keepalive probes went unanswered just before",
      '发送方自己的保活探测刚刚未获应答',
    );
  }
  const signs = foreignSigns(e);
  return signs.length > 0
    ? standing([idle(e.idleMs, e.reset.frame), ...signs])
    : possible(idle(e.idleMs, e.reset.frame));
}

function idle(ms: number, frame: number): Observation {
  const timer = namedTimer(ms);
  if (ms < SHORTEST_MS) {
    return against(
      frame,
      `silent for ${duration(ms)}: short for a middlebox's timer`,
      `沉默了 ${duration(ms)}：对中间设备的超时来说偏短`,
    );
  }
  return seen(
    frame,
    `the first segment after ${duration(ms)} of silence${timer ? `, just over a well-known timer: ${timer}` : ''}`,
    `沉默 ${duration(ms)} 之后的第一个报文段${timer ? `，刚过一个常见的超时：${timer}` : ''}`,
  );
}
