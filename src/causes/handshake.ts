import type { Finding } from './cause.ts';
import type { Evidence } from './evidence.ts';
import { impossible } from './finding.ts';
import { notReply } from './signs.ts';

/** Resets by which a client in SYN-SENT refuses an answer (RFC 9293 §3.10.7.3). */
export function notRefusedByClient(e: Evidence): Finding | undefined {
  if (e.shape !== 'reply') return notReply(e);
  if (e.sender.syn === undefined || e.sender.role !== 'client' || e.sender.bytesSent > 0) {
    return impossible(e.reset.frame, 'the sender was not connecting', '发送方并不在建立连接');
  }
  if (e.sender.segments > e.sender.synCount) {
    return impossible(
      e.sender.last?.frame ?? e.reset.frame,
      'the sender had already completed the handshake',
      '发送方已完成握手',
    );
  }
  return undefined;
}

/** Resets that meet a client whose handshake the server's side never completed. */
export function notUnfinished(e: Evidence): Finding | undefined {
  if (e.shape !== 'reply') return notReply(e);
  if (e.sender.role !== 'server' || e.sender.syn === undefined) {
    return impossible(
      e.reset.frame,
      'the sender is not a server that had offered a SYN,ACK',
      '发送方不是已发出 SYN,ACK 的服务端',
    );
  }
  if (e.sender.segments > e.sender.synCount) {
    return impossible(
      e.sender.last?.frame ?? e.reset.frame,
      'the server had taken part beyond its SYN,ACK: the connection was established there',
      '服务端在 SYN,ACK 之后还参与过通信：连接在它那里已建立',
    );
  }
  return undefined;
}
