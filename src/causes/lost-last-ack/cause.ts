import { defineCause } from '../cause.ts';
import type { Finding, Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, impossible, possible, seen, standing } from '../finding.ts';
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
    if (acknowledgesAgain(e)) return withoutTimeWait(e, fin);
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
      ...dataBefore(e),
      ...shapeTold(e),
      ...doubts(e),
    ]);
  },
});

/** A second ACK of the sender's FIN: the first had ended its socket, if there is no TIME-WAIT. */
const acknowledgesAgain = ({ sender, trigger }: Evidence): boolean =>
  trigger !== undefined &&
  trigger.length === 0 &&
  !trigger.fin &&
  sender.fin?.acknowledgedIn !== undefined &&
  sender.fin.acknowledgedIn < trigger.frame;

const withoutTimeWait = (e: Evidence, fin: Observation): Finding =>
  possible(
    fin,
    seen(
      e.sender.fin?.acknowledgedIn ?? e.reset.frame,
      'that FIN had been acknowledged before: a second ACK met no connection, since there was no TIME-WAIT',
      '该 FIN 此前已被确认：没有 TIME-WAIT，再来的确认没有遇到任何连接',
    ),
    ...shapeTold(e),
    ...doubts(e),
  );

/** Data that went before the FIN met the closed socket first: its reset is missing here. */
const dataBefore = ({ receiver }: Evidence): readonly Observation[] =>
  receiver.bytesSent > receiver.bytesAcknowledged && receiver.lastData !== undefined
    ? [
        against(
          receiver.lastData.frame,
          'data sent before that FIN was never acknowledged, and must have met the closed socket first',
          '该 FIN 之前的数据从未被确认，理应先到达已关闭的套接字',
        ),
      ]
    : [];
