import { defineCause } from '../cause.ts';
import { against, expected, impossible, possible, seen } from '../finding.ts';
import { notUnfinished, openingMissed } from '../handshake.ts';
import { facts } from './facts.ts';

export const badAckInHandshake = defineCause({
  id: 'bad-ack-in-handshake',
  facts,
  particular: true,
  recognise(e) {
    const missed = openingMissed(e);
    if (missed !== undefined) return missed;
    const out = notUnfinished(e);
    if (out !== undefined) return out;
    if (e.trigger?.kind === 'handshake-ack' || e.exact !== false) {
      return impossible(
        e.trigger?.frame ?? e.reset.frame,
        'the client acknowledged the SYN,ACK correctly',
        '客户端正确地确认了 SYN,ACK',
      );
    }
    if (e.trigger === undefined) {
      return possible(
        seen(
          e.sender.syn?.frame ?? e.reset.frame,
          'the server had only offered its SYN,ACK, and resets at another number, as a listener that got a wrong ACK',
          '服务端只发出过 SYN,ACK，RST 却用了别的序号，正如监听者收到了错误的确认号',
        ),
        against(e.reset.frame, 'that ACK was not captured', '没有抓到那个 ACK'),
      );
    }
    return expected(
      seen(
        e.trigger.frame,
        'the segment that should end the handshake acknowledges a number the server never sent',
        '本应完成握手的报文段，确认的是服务端从未发送过的序号',
      ),
      seen(
        e.reset.frame,
        'the listener answers with RST at that very number, which the client does not expect',
        '监听者用同一序号的 RST 应答，而客户端并不期望这个序号',
      ),
    );
  },
});
