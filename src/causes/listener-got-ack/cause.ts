import { defineCause } from '../cause.ts';
import { expected, impossible, possible, seen } from '../finding.ts';
import { notReply, ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

export const listenerGotAck = defineCause({
  id: 'listener-got-ack',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape !== 'reply') return notReply(e);
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    if (e.sender.segments > 0) {
      return impossible(
        e.sender.last?.frame ?? e.reset.frame,
        'the sender had taken part in the connection',
        '发送方曾参与这个连接',
      );
    }
    const stray = seen(
      e.trigger?.frame ?? e.reset.frame,
      'a segment with ACK reached an endpoint that, in this capture, never spoke of the connection',
      '一个带 ACK 的报文段到达了一个端点，而该端点在抓包中从未参与这个连接',
    );
    const alone = e.receiver.segments === 1 && e.receiver.bytesSent === 0;
    const listens = e.surroundings.acceptedBefore + e.surroundings.acceptedAfter > 0;
    return alone && listens ? expected(stray) : possible(stray);
  },
});
