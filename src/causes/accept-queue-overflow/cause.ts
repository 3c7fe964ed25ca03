import { defineCause } from '../cause.ts';
import { impossible, possible, seen, standing } from '../finding.ts';
import { notUnfinished, openingMissed } from '../handshake.ts';
import { doubts, replyShape, ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

export const acceptQueueOverflow = defineCause({
  id: 'accept-queue-overflow',
  facts,
  particular: true,
  recognise(e) {
    const missed = openingMissed(e);
    if (missed !== undefined) return missed;
    const out = notUnfinished(e) ?? ruledOutByGoingOn(e);
    if (out !== undefined) return out;
    if (e.reset.mptcp !== undefined) {
      return impossible(
        e.reset.frame,
        'its MPTCP option gives another reason',
        '它的 MPTCP 选项给出了另外的原因',
      );
    }
    if (e.trigger?.acknowledgesUnsent === true || e.sequence === 'outside') {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        "the client's ACK was wrong: any listener refuses it",
        '客户端的 ACK 有误：任何监听者都会拒绝',
      );
    }
    const because = [
      seen(
        e.sender.syn?.frame ?? e.reset.frame,
        'the server had offered SYN,ACK and had not taken part since',
        '服务端发出 SYN,ACK 之后再没有参与通信',
      ),
    ];
    if (e.trigger !== undefined) because.push(replyShape(e, e.trigger));
    if (e.surroundings.unansweredSyns > 0) {
      because.push(
        seen(
          0,
          `${e.surroundings.unansweredSyns} other SYNs to it were not answered at all: its queue was full`,
          `另有 ${e.surroundings.unansweredSyns} 个发给它的 SYN 毫无应答：它的队列已满`,
        ),
      );
    }
    const all = [...because, ...doubts(e)];
    return e.trigger?.kind === 'handshake-ack' ? standing(all) : possible(...all);
  },
});
