import { defineCause } from '../cause.ts';
import { duration, expected, impossible, seen } from '../finding.ts';
import { notRefusedByClient } from '../handshake.ts';
import { facts } from './facts.ts';

export const fourTupleReuse = defineCause({
  id: 'four-tuple-reuse',
  facts,
  particular: true,
  recognise(e) {
    const out = notRefusedByClient(e);
    if (out !== undefined) return out;
    if (e.ackInsteadOfSynAck === undefined) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'no old connection answered the SYN with its own numbers',
        '没有旧连接用自己的序号应答这个 SYN',
      );
    }
    if (e.predecessor?.closed === true) {
      return impossible(
        e.predecessor.last.frame,
        'the connection before it on these ports had been closed by both ends',
        '同一四元组上的前一个连接已被双方关闭',
      );
    }
    const challenge = seen(
      e.ackInsteadOfSynAck.frame,
      'the server answered the SYN with a challenge ACK: it still held an older connection on the same ports',
      '服务端用 challenge ACK 应答 SYN：它仍保有同一四元组上的旧连接',
    );
    if (e.predecessor === undefined) return expected(challenge);
    return expected(
      challenge,
      seen(
        e.predecessor.last.frame,
        `that older connection was still open, last heard of ${duration(e.predecessor.last.beforeMs)} before`,
        `那个旧连接仍未关闭，最后一次出现在 ${duration(e.predecessor.last.beforeMs)} 之前`,
      ),
    );
  },
});
