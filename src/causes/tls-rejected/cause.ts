import { defineCause } from '../cause.ts';
import type { Finding, Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { duration, impossible, seen } from '../finding.ts';
import { foreignSigns, ruledOutByGoingOn, shapeTold, wasJustThere } from '../signs.ts';
import { facts } from './facts.ts';

export const tlsRejected = defineCause({
  id: 'tls-rejected',
  facts,
  particular: true,
  recognise(e) {
    const { clientHelloLast, serverHelloSeen, tlsAlert } = e.application;
    if (!clientHelloLast && tlsAlert === undefined) {
      return impossible(
        e.receiver.lastData?.frame ?? e.reset.frame,
        'the last thing the client had sent was no ClientHello',
        '客户端最后发送的不是 ClientHello',
      );
    }
    if (e.shape === 'reply-to-syn' || (e.sender.role === 'client' && !isByClientsName(e))) {
      return impossible(
        e.reset.frame,
        'not an answer towards a TLS client',
        '不是发给 TLS 客户端的应答',
      );
    }
    if (serverHelloSeen && tlsAlert === undefined) {
      return impossible(e.reset.frame, 'the TLS handshake was answered', 'TLS 握手得到了应答');
    }
    if (e.sender.fin !== undefined && tlsAlert === undefined) {
      return impossible(e.sender.fin.frame, 'the server had closed in order', '服务端已正常关闭');
    }
    return ruledOutByGoingOn(e) ?? afterHello(e);
  },
});

/**
 * A device that forges resets to both ends speaks in the client's name too; and a client that such
 * a reset has ended, unseen here, answers what still comes for it.
 */
const isByClientsName = (e: Evidence): boolean =>
  e.shape === 'reply' &&
  e.application.clientHelloLast &&
  e.sender.fin === undefined &&
  (e.trigger === undefined || wasJustThere(e));

function afterHello(e: Evidence): Finding {
  const { tlsAlert } = e.application;
  const byClient = e.sender.role === 'client';
  const hello = byClient ? e.sender.lastData : e.receiver.lastData;
  const because: Observation[] = [];
  if (tlsAlert !== undefined) {
    because.push(
      seen(tlsAlert.frame, 'the server sent a TLS alert first', '服务端先发送了 TLS 警报'),
    );
  } else {
    because.push(
      seen(
        hello?.frame ?? e.reset.frame,
        `${duration(hello?.beforeMs ?? 0)} after a TLS ClientHello, with no ServerHello`,
        `TLS ClientHello 之后 ${duration(hello?.beforeMs ?? 0)}，没有 ServerHello`,
      ),
    );
  }
  if (byClient) {
    because.push(
      seen(
        e.reset.frame,
        "the client's host no longer knew a connection that it had just used and not closed: somebody had reset it from the other side",
        '客户端主机刚刚用过、也没有关闭这个连接，却已不认识它：是另一侧有人把它复位了',
      ),
    );
  }
  return { stands: 'expected', because: [...because, ...shapeTold(e), ...foreignSigns(e)] };
}
