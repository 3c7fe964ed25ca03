import { defineCause, type Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, impossible, seen, standing } from '../finding.ts';
import { facts } from './facts.ts';

export const closedPort = defineCause({
  id: 'closed-port',
  facts,
  recognise(e) {
    if (e.shape !== 'reply-to-syn' || (e.trigger && e.trigger.kind !== 'syn')) {
      return impossible(e.reset.frame, 'does not answer a SYN', '不是对 SYN 的应答');
    }
    if (e.sender.syn !== undefined) {
      return impossible(
        e.sender.syn.frame,
        'the port did answer with SYN,ACK',
        '该端口曾以 SYN,ACK 应答',
      );
    }
    if (e.reset.mptcp !== undefined) {
      return impossible(
        e.reset.frame,
        'its MPTCP option gives another reason',
        '它的 MPTCP 选项给出了另外的原因',
      );
    }
    const because = [refusal(e)];
    if (e.surroundings.acceptedBefore > 0 && e.surroundings.acceptedAfter > 0) {
      because.push(
        seen(
          0,
          'the same endpoint accepted connections before and after: it was away for a while',
          '同一端点之前和之后都接受过连接：服务曾短暂缺席',
        ),
      );
    } else if (e.surroundings.acceptedBefore > 0) {
      because.push(
        seen(0, 'the same endpoint accepted connections before', '同一端点此前接受过连接'),
      );
    }
    if (e.trigger === undefined) {
      because.push(
        against(e.reset.frame, 'the SYN it answers was not captured', '没有抓到它所应答的 SYN'),
      );
    }
    return standing(because);
  },
});

const refusal = (e: Evidence): Observation => {
  const frame = e.trigger?.frame ?? e.reset.frame;
  return e.reset.seq === 0
    ? seen(
        frame,
        'a SYN was answered by RST,ACK with SEQ 0 and ACK one above the SYN: nobody listens there',
        'SYN 得到的应答是 RST,ACK，序号 0，确认号为 SYN 序号加一：该端口无人监听',
      )
    : seen(
        frame,
        'a SYN was answered by RST,ACK with ACK one above the SYN: nobody listens there; its SEQ is not 0, so a device on the way changes or writes it',
        'SYN 得到的应答是 RST,ACK，确认号为 SYN 序号加一：该端口无人监听；序号不为 0，说明途中有设备改写了它，或者就是它发的',
      );
};
