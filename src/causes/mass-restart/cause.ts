import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import { duration, expected, impossible, possible, seen } from '../finding.ts';
import { isEstablished, ruledOutByGoingOn, shapeTold } from '../signs.ts';
import { facts } from './facts.ts';

/** Fewer at once may be chance on a busy host. */
const MANY = 8;
/** A dying process closes its sockets one after the other. */
const SAME_EVENT_MS = 1000;

export const massRestart = defineCause({
  id: 'mass-restart',
  facts,
  particular: true,
  recognise(e) {
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    if (e.shape === 'reply-to-syn' || !isEstablished(e)) {
      return impossible(
        e.reset.frame,
        'no established connection was lost',
        '没有失去已建立的连接',
      );
    }
    const { massCount, massWithinMs, refusedAfter, acceptedAfter } = e.surroundings;
    if (massCount === 0) {
      return impossible(
        e.reset.frame,
        'the sender reset no others in the same instant',
        '发送方没有在同一时刻复位其他连接',
      );
    }
    if (e.sender.fin !== undefined && e.sender.fin.beforeMs > massWithinMs + SAME_EVENT_MS) {
      return impossible(
        e.sender.fin.frame,
        'the sender had closed this one long before',
        '发送方早已关闭这个连接',
      );
    }
    if (e.sender.unansweredKeepalives > 0) {
      return impossible(
        e.sender.last?.frame ?? e.reset.frame,
        'keepalive probes on this one had gone unanswered: it had a cause of its own',
        '这个连接上的保活探测没有应答：它另有原因',
      );
    }
    const because: Observation[] = [
      seen(
        0,
        `the same host reset ${massCount} other connections within ${duration(massWithinMs)}`,
        `同一主机在 ${duration(massWithinMs)} 内还复位了 ${massCount} 个连接`,
      ),
    ];
    if (refusedAfter > 0) {
      because.push(
        seen(0, 'and then refused new ones: its process was gone', '随后拒绝新连接：进程已不在'),
      );
    }
    because.push(...shapeTold(e));
    const isServer = acceptedAfter > 0 && e.sender.role === 'server';
    const tells = massCount >= MANY && (refusedAfter > 0 || isServer);
    return tells ? expected(...because) : possible(...because);
  },
});
