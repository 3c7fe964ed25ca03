import { defineCause } from '../cause.ts';
import { against, duration, expected, impossible, possible, seen } from '../finding.ts';
import { isKeptOnTheWay } from '../other-end.ts';
import { facts } from './facts.ts';
import { answersNothing, foreignSigns, replyShape } from '../signs.ts';

export const firewallReject = defineCause({
  id: 'firewall-reject',
  facts,
  recognise(e) {
    if (e.shape === 'active' || e.shape === 'malformed') {
      return impossible(
        e.reset.frame,
        'a REJECT answers a segment; this reset answers none',
        'REJECT 是对某个报文段的应答；此 RST 没有应答任何报文段',
      );
    }
    if (e.reset.mptcp !== undefined) {
      return impossible(
        e.reset.frame,
        'no packet filter puts an MPTCP option on its resets',
        '没有哪个包过滤器会在 RST 上带 MPTCP 选项',
      );
    }
    if (e.shape === 'reply-to-syn') {
      return possible(
        seen(
          e.reset.frame,
          'a REJECT with tcp-reset looks exactly like a closed port',
          'REJECT（tcp-reset）与端口未监听在线上完全一样',
        ),
      );
    }
    if (e.sender.fin !== undefined) {
      return impossible(
        e.sender.fin.frame,
        'the sender had closed: its own stack resets what comes later',
        '发送方已经关闭：之后到来的报文段由它自己的协议栈复位',
      );
    }
    if (e.sender.state === 'SYN-SENT') {
      return impossible(
        e.sender.syn?.frame ?? e.reset.frame,
        'the sender was connecting: its own stack must refuse this answer',
        '发送方正在建立连接：它自己的协议栈必须拒绝这个应答',
      );
    }
    if (e.trigger === undefined) {
      if (answersNothing(e)) {
        return impossible(e.reset.frame, 'answers no segment', '没有应答任何报文段');
      }
      return possible();
    }
    const signs = foreignSigns(e);
    const because = [replyShape(e, e.trigger), ...signs];
    if (isKeptOnTheWay(e) && e.idleMs >= IDLE_MS) {
      return expected(...because, afterIdling(e.reset.frame, e.idleMs));
    }
    if (signs.length > 0) return expected(...because);
    return possible(
      ...because,
      against(
        e.reset.frame,
        'nothing in its header differs from what the host itself would send',
        '其头部与该主机自己会发的毫无区别',
      ),
    );
  },
});

/** By then a state on the way may have run out. */
const IDLE_MS = 5000;

const afterIdling = (frame: number, idleMs: number) =>
  against(
    frame,
    `the connection had been idle for ${duration(idleMs)}: a state that ran out explains it as well as a rule`,
    `连接已空闲 ${duration(idleMs)}：状态到期与拦截规则一样能解释`,
  );
