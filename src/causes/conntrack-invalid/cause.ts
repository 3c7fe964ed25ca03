import { defineCause } from '../cause.ts';
import { against, expected, impossible, possible, seen } from '../finding.ts';
import { notReply } from '../signs.ts';
import { facts } from './facts.ts';

export const conntrackInvalid = defineCause({
  id: 'conntrack-invalid',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape !== 'reply') return notReply(e);
    const { siblingConnection } = e.surroundings;
    if (siblingConnection !== undefined) {
      return expected(
        seen(
          e.trigger?.frame ?? e.reset.frame,
          `the same sequence numbers run under another address, ${siblingConnection}: this packet was not translated`,
          `同样的序号出现在另一个地址 ${siblingConnection} 之下：这个报文没有经过地址转换`,
        ),
      );
    }
    if (e.trigger?.beyondWindow === true) {
      return possible(
        seen(
          e.trigger.frame,
          "what drew it lay beyond the sender's window, where it may pass for nobody's",
          '引出它的报文段超出发送方的窗口，可能被当作不属于任何连接',
        ),
        against(
          e.reset.frame,
          'Linux answers such a segment with an acknowledgement',
          'Linux 对这样的报文段应答的是确认',
        ),
      );
    }
    if (e.capture.handshakeSeen || e.sender.segments > 0) {
      return impossible(
        e.sender.syn?.frame ?? e.sender.last?.frame ?? e.reset.frame,
        'the sender knew the connection under these addresses',
        '发送方知道这些地址之间的这个连接',
      );
    }
    return possible(
      against(
        e.reset.frame,
        'no connection with the same numbers under another address was captured',
        '没有抓到另一个地址之下序号相同的连接',
      ),
    );
  },
});
