import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, expected, impossible, possible, seen } from '../finding.ts';
import { hadNoEffect } from '../signs.ts';
import { facts } from './facts.ts';

/**
 * Says what a reset did, not who sent it: where it stands, a word on its origin may stand beside.
 */
export const resetIgnored = defineCause({
  id: 'reset-ignored',
  facts,
  particular: true,
  recognise(e) {
    if (e.effect === 'accepted') {
      return impossible(
        e.reset.frame,
        'its sequence number is just what the receiver expects: it was obeyed',
        '其序号正是接收方所期望的：它已生效',
      );
    }
    if (e.trigger !== undefined) {
      return impossible(
        e.trigger.frame,
        'it answers this segment: what drew it is the story, whatever came of it',
        '它是对这个报文段的应答：无论结果如何，关键在于什么引出了它',
      );
    }
    const gone = e.earlier.byReceiver ?? (hadNoEffect(e) ? undefined : e.earlier.bySender);
    if (gone !== undefined) {
      return impossible(
        gone.frame,
        'an earlier reset had ended the connection: nothing was left to go on',
        '更早的 RST 已结束连接：没有什么可继续',
      );
    }
    if (e.effect === 'ignored' && e.exact === true) {
      return impossible(
        e.reset.frame,
        'its number was right: it only came when the other end was gone already',
        '其序号是对的：只是到达时对端已不在',
      );
    }
    if (e.effect === 'unknown') return e.exact === true ? wentOnAllTheSame(e) : possible();
    return missed(e);
  },
});

/** Right by its number, and yet the receiver was heard again: it may never have arrived there. */
function wentOnAllTheSame(e: Evidence) {
  const wentOn = e.aftermath.receiverWentOnIn;
  return wentOn === undefined ? possible() : possible(goingOn(wentOn.frame));
}

function missed(e: Evidence) {
  const because: Observation[] = [e.effect === 'challenged' ? inside(e) : outside(e)];
  const { challengeAckIn, receiverWentOnIn } = e.aftermath;
  if (challengeAckIn !== undefined) {
    because.push(seen(challengeAckIn.frame, 'the challenge ACK', '这就是那个 Challenge ACK'));
  }
  if (receiverWentOnIn !== undefined) because.push(goingOn(receiverWentOnIn.frame));
  if (!hadNoEffect(e)) {
    because.push(
      against(
        e.reset.frame,
        'nothing captured after it shows both ends going on',
        '其后的抓包没有显示双方都在继续',
      ),
    );
  }
  return expected(...because);
}

const inside = ({ reset }: Evidence): Observation =>
  seen(
    reset.frame,
    "inside the receiver's window but not the number it expects: that draws a challenge ACK and ends nothing (RFC 5961 §3.2)",
    '落在接收窗口内，但不是所期望的序号：只会换来 Challenge ACK，不会断开连接（RFC 5961 §3.2）',
  );

const outside = ({ reset }: Evidence): Observation =>
  seen(
    reset.frame,
    'not a number that the receiver can accept: dropped in silence (RFC 5961 §3.2, RFC 9293 §3.10.7.3)',
    '不是接收方可接受的序号：被静默丢弃（RFC 5961 §3.2、RFC 9293 §3.10.7.3）',
  );

const goingOn = (frame: number): Observation =>
  seen(frame, 'the receiver went on as before', '接收方照常继续通信');
