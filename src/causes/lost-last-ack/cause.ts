import { defineCause } from '../cause.ts';
import { impossible, seen, standing } from '../finding.ts';
import { doubts, finBefore, notReply, ruledOutByGoingOn, shapeTold } from '../signs.ts';
import { facts } from './facts.ts';

export const lostLastAck = defineCause({
  id: 'lost-last-ack',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape !== 'reply') return notReply(e);
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    const fin = finBefore(e);
    if (fin === undefined) {
      return impossible(e.reset.frame, 'the sender had not closed', '发送方并未关闭');
    }
    if (e.trigger === undefined ? e.receiver.fin === undefined : !e.trigger.fin) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'it was not a FIN that drew the reset',
        '引出 RST 的不是 FIN',
      );
    }
    if (e.trigger !== undefined && e.trigger.length > 0) {
      return impossible(e.trigger.frame, 'the FIN brought data with it', '该 FIN 还携带了数据');
    }
    const again = e.trigger?.retransmission === true;
    return standing([
      fin,
      seen(
        e.trigger?.frame ?? e.reset.frame,
        again
          ? 'the other end sent its FIN again, and nobody remembered the connection'
          : 'the FIN of the other end met no connection: there was no TIME-WAIT to meet it',
        again
          ? '对端重传 FIN，而此时已无人记得这个连接'
          : '对端的 FIN 没有遇到任何连接：没有 TIME-WAIT 来接它',
      ),
      ...shapeTold(e),
      ...doubts(e),
    ]);
  },
});
