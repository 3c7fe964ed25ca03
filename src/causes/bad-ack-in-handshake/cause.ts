import { defineCause } from '../cause.ts';
import { expected, impossible, seen } from '../finding.ts';
import { notUnfinished } from '../handshake.ts';
import { facts } from './facts.ts';

export const badAckInHandshake = defineCause({
  id: 'bad-ack-in-handshake',
  facts,
  particular: true,
  recognise(e) {
    const out = notUnfinished(e);
    if (out !== undefined) return out;
    if (e.trigger === undefined || e.trigger.kind === 'handshake-ack' || e.sequence === 'next') {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'the client acknowledged the SYN,ACK correctly',
        '客户端正确地确认了 SYN,ACK',
      );
    }
    return expected(
      seen(
        e.trigger.frame,
        'the segment that should end the handshake acknowledges a number the server never sent',
        '本应完成握手的报文段，确认的是服务端从未发送过的序号',
      ),
    );
  },
});
