import { defineCause } from '../cause.ts';
import { duration, impossible, seen, possible, expected, times } from '../finding.ts';
import { notUnfinished, openingMissed } from '../handshake.ts';
import { doubts, replyShape, ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

export const handshakeTimeout = defineCause({
  id: 'handshake-timeout',
  facts,
  particular: true,
  recognise(e) {
    const missed = openingMissed(e);
    if (missed !== undefined) return missed;
    const out = notUnfinished(e) ?? ruledOutByGoingOn(e);
    if (out !== undefined) return out;
    if (
      e.trigger?.kind === 'handshake-ack' &&
      !e.trigger.retransmission &&
      e.sender.synCount === 1
    ) {
      return impossible(
        e.trigger.frame,
        "it answers the handshake's own ACK: nothing had timed out yet",
        '它应答的就是握手的 ACK：还没有任何超时',
      );
    }
    const offered = e.sender.syn;
    const because = [
      seen(
        offered?.frame ?? e.reset.frame,
        `the server never got beyond its SYN,ACK, sent ${times(e.sender.synCount)}`,
        `服务端始终停留在 SYN,ACK，共发送 ${e.sender.synCount} 次`,
      ),
    ];
    if (e.trigger !== undefined) because.push(replyShape(e, e.trigger));
    if (e.sender.synCount > 1) {
      because.push(
        seen(
          e.sender.last?.frame ?? e.reset.frame,
          `it had stopped repeating it ${duration(e.sender.last?.beforeMs ?? 0)} before: given up`,
          `它在 ${duration(e.sender.last?.beforeMs ?? 0)} 之前停止重发：已放弃`,
        ),
      );
    }
    because.push(...doubts(e));
    return e.sender.synCount > 1 && because.every((each) => each.supports)
      ? expected(...because)
      : possible(...because);
  },
});
