import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import { duration, impossible, seen } from '../finding.ts';
import { foreignSigns } from '../signs.ts';
import { facts } from './facts.ts';

export const tlsRejected = defineCause({
  id: 'tls-rejected',
  facts,
  particular: true,
  recognise(e) {
    const forgedToBoth =
      e.shape === 'reply' && e.trigger === undefined && e.application.clientHelloLast;
    if ((e.sender.role === 'client' && !forgedToBoth) || e.shape === 'reply-to-syn') {
      return impossible(
        e.reset.frame,
        'not an answer towards a TLS client',
        '不是发给 TLS 客户端的应答',
      );
    }
    const { clientHelloLast, serverHelloSeen, tlsAlert } = e.application;
    if (serverHelloSeen && tlsAlert === undefined) {
      return impossible(e.reset.frame, 'the TLS handshake was answered', 'TLS 握手得到了应答');
    }
    if (!clientHelloLast && tlsAlert === undefined) {
      return impossible(
        e.receiver.lastData?.frame ?? e.reset.frame,
        'the last thing the client had sent was no ClientHello',
        '客户端最后发送的不是 ClientHello',
      );
    }
    if (e.sender.fin !== undefined && tlsAlert === undefined) {
      return impossible(e.sender.fin.frame, 'the server had closed in order', '服务端已正常关闭');
    }
    const hello = e.receiver.lastData;
    const because: Observation[] = [
      tlsAlert
        ? seen(tlsAlert.frame, 'the server sent a TLS alert first', '服务端先发送了 TLS 警报')
        : seen(
            hello?.frame ?? e.reset.frame,
            `${duration(hello?.beforeMs ?? 0)} after a TLS ClientHello, with no ServerHello`,
            `TLS ClientHello 之后 ${duration(hello?.beforeMs ?? 0)}，没有 ServerHello`,
          ),
      ...foreignSigns(e),
    ];
    return { stands: 'expected', because };
  },
});
