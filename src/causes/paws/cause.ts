import { defineCause } from '../cause.ts';
import type { Evidence, Sighting } from '../evidence.ts';
import { expected, impossible, possible, seen } from '../finding.ts';
import { answerMissed, notRefusedByClient } from '../handshake.ts';
import { facts } from './facts.ts';

/** The client's SYN again, or what it sent once it was connected all the same. */
const connectsOn = ({ aftermath }: Evidence): Sighting | undefined => {
  const { newSynIn, newSynIsOther, senderWentOnIn } = aftermath;
  if (newSynIn === undefined) return senderWentOnIn;
  return newSynIsOther ? undefined : newSynIn;
};

export const paws = defineCause({
  id: 'paws',
  facts,
  particular: true,
  recognise(e) {
    const missed = answerMissed(e);
    if (missed !== undefined) return missed;
    const out = notRefusedByClient(e);
    if (out !== undefined) return out;
    if (!e.impossibleTimestampEcho) {
      const stillConnecting = connectsOn(e);
      if (stillConnecting !== undefined && e.ackInsteadOfSynAck === undefined) {
        return possible(
          seen(
            stillConnecting.frame,
            'the client refused the SYN,ACK and was still connecting: what it disliked may not be in this capture',
            '客户端拒绝了 SYN,ACK 而仍在建立连接：它所拒绝的内容可能不在这份抓包里',
          ),
        );
      }
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'no SYN,ACK echoed a timestamp that was never sent',
        '没有 SYN,ACK 回显从未发送过的时间戳',
      );
    }
    const { newSynIn } = e.aftermath;
    const goesOn =
      newSynIn === undefined
        ? []
        : [seen(newSynIn.frame, 'and the client goes on connecting', '随后客户端继续建立连接')];
    return expected(
      seen(
        e.trigger?.frame ?? e.reset.frame,
        'the SYN,ACK echoes a timestamp that the client never sent, and is refused for it (RFC 7323 §3.2)',
        'SYN,ACK 回显了客户端从未发送过的时间戳，因此被拒绝（RFC 7323 §3.2）',
      ),
      ...goesOn,
    );
  },
});
