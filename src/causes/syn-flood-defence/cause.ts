import { defineCause } from '../cause.ts';
import { duration, impossible, possible, seen } from '../finding.ts';
import { facts } from './facts.ts';

export const synFloodDefence = defineCause({
  id: 'syn-flood-defence',
  facts,
  recognise(e) {
    const onlyOffered =
      e.sender.role === 'server' &&
      e.sender.syn !== undefined &&
      e.sender.segments === e.sender.synCount;
    // A SYN,ACK that comes again tells that the client's ACK was lost, though it is in this capture.
    const { bytesSent, segments, synCount } = e.receiver;
    const isUnheard = bytesSent === 0 && e.sender.synCount > 1;
    if (!onlyOffered || (segments > synCount && !isUnheard)) {
      return impossible(
        e.receiver.last?.frame ?? e.reset.frame,
        'not a half-open connection: the client had gone on, or the server had',
        '不是半连接：客户端或服务端已有后续报文段',
      );
    }
    if (e.trigger !== undefined && e.trigger.kind !== 'syn' && !isUnheard) {
      return impossible(
        e.trigger.frame,
        'a segment drew it, not a timer',
        '是报文段引出的，不是定时器',
      );
    }
    return possible(
      seen(
        e.sender.syn?.frame ?? e.reset.frame,
        `the SYN,ACK stayed without an answer for ${duration(e.sender.syn?.beforeMs ?? 0)}`,
        `SYN,ACK 有 ${duration(e.sender.syn?.beforeMs ?? 0)} 没有应答`,
      ),
    );
  },
});
