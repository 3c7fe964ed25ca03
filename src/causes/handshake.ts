import type { Finding } from './cause.ts';
import type { Evidence } from './evidence.ts';
import { against, impossible, possible } from './finding.ts';
import { doubts, notReply } from './signs.ts';

/**
 * An answer by an end that was never heard, in a capture without the handshake: the opening, and
 * whatever went wrong in it, may lie before the capture. Undefined where it cannot.
 */
export function openingMissed(e: Evidence): Finding | undefined {
  const isUnheard = e.shape === 'reply' && e.sender.segments === 0 && !e.capture.handshakeSeen;
  if (!isUnheard || e.receiver.syn !== undefined) return undefined;
  return possible(
    against(
      e.reset.frame,
      'if so, its opening went wrong before this capture began',
      '如果是这样，那么连接的建立在抓包开始之前就出了问题',
    ),
    ...doubts(e),
  );
}

/** The same of a client that refused an answer to its SYN: only an answer can have drawn that. */
export const answerMissed = (e: Evidence): Finding | undefined =>
  e.trigger === undefined ? openingMissed(e) : undefined;

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
