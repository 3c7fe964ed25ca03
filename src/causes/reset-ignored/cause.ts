import { defineCause } from '../cause.ts';
import { expected, impossible, possible, seen } from '../finding.ts';
import { facts } from './facts.ts';

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
    const wentOn = e.aftermath.receiverWentOnIn;
    if (e.effect === 'unknown') {
      if (wentOn === undefined || e.trigger !== undefined) return possible();
      return possible(
        seen(wentOn.frame, 'the receiver went on after it', '接收方在其后仍继续通信'),
      );
    }
    if (e.trigger !== undefined || e.sender.state === 'SYN-SENT') {
      return possible(
        seen(
          e.reset.frame,
          'its sequence number is none that the receiver still expects, so it has no effect',
          '其序号已不是接收方所期望的，因此不起作用',
        ),
      );
    }
    const because = [
      e.effect === 'challenged'
        ? seen(
            e.reset.frame,
            "inside the receiver's window but not the number it expects: a challenge ACK is due, no reset (RFC 5961 §3.2)",
            '在接收窗口内，但不是所期望的序号：应答 challenge ACK，而不复位（RFC 5961 §3.2）',
          )
        : seen(
            e.reset.frame,
            'not a number the receiver can accept: dropped in silence (RFC 5961 §3.2, RFC 9293 §3.10.7.3)',
            '不是接收方可接受的序号：被静默丢弃（RFC 5961 §3.2、RFC 9293 §3.10.7.3）',
          ),
    ];
    if (e.aftermath.challengeAckIn) {
      because.push(
        seen(
          e.aftermath.challengeAckIn.frame,
          'and here is that challenge ACK',
          '这就是那个 challenge ACK',
        ),
      );
    }
    if (wentOn) {
      because.push(seen(wentOn.frame, 'the receiver went on as before', '接收方照常继续通信'));
    }
    return expected(...because);
  },
});
