import { defineCause } from '../cause.ts';
import { duration, expected, impossible, seen } from '../finding.ts';
import { notRefusedByClient } from '../handshake.ts';
import { facts } from './facts.ts';

/** TIME-WAIT lasts 60 s on Linux (TCP_TIMEWAIT_LEN), at most 4 minutes by RFC 9293. */
const LONGEST_TIME_WAIT_MS = 240_000;

export const timeWaitCollision = defineCause({
  id: 'time-wait-collision',
  facts,
  particular: true,
  recognise(e) {
    const out = notRefusedByClient(e);
    if (out !== undefined) return out;
    if (e.ackInsteadOfSynAck === undefined) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'TIME-WAIT answers a SYN with a bare ACK, and there is none',
        'TIME-WAIT 以单纯的 ACK 应答 SYN，而这里没有',
      );
    }
    const ack = seen(
      e.ackInsteadOfSynAck.frame,
      'the SYN was answered by a bare ACK, as TIME-WAIT repeats its last one',
      'SYN 得到的应答是单纯的 ACK，正如 TIME-WAIT 重发最后一个 ACK',
    );
    // What held the ports before is not in the capture: it may as well have been open still.
    if (e.predecessor === undefined) return expected(ack);
    if (!e.predecessor.closed) {
      return impossible(
        e.predecessor.last.frame,
        'the connection before it on these ports had not been closed by both ends',
        '同一四元组上的前一个连接并未被双方关闭',
      );
    }
    if (e.predecessor.last.beforeMs > LONGEST_TIME_WAIT_MS) {
      return impossible(
        e.predecessor.last.frame,
        'that is too long ago for TIME-WAIT',
        '时间太久，TIME-WAIT 早已结束',
      );
    }
    return expected(
      ack,
      seen(
        e.predecessor.last.frame,
        `the connection before it on these ports was closed ${duration(e.predecessor.last.beforeMs)} earlier`,
        `同一四元组上的前一个连接在 ${duration(e.predecessor.last.beforeMs)} 之前关闭`,
      ),
    );
  },
});
