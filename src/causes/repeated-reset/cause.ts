import { defineCause } from '../cause.ts';
import type { Finding } from '../cause.ts';
import type { Evidence, Sighting } from '../evidence.ts';
import { against, duration, expected, impossible, seen } from '../finding.ts';
import { endedUnseen, notForgotten } from '../forgotten.ts';
import { ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

/** How long the sender may still be heard after the other end's reset, where no handshake tells. */
const ASSUMED_RTT_MS = 50;

export const repeatedReset = defineCause({
  id: 'repeated-reset',
  facts,
  recognise(e) {
    const first = e.earlier.bySender;
    if (first === undefined) {
      const { inReceiversName } = e.earlier;
      if (inReceiversName !== undefined) return inConsequence(e, inReceiversName);
      return notForgotten(e) === undefined ? firstWasLost(e) : isFirst(e);
    }
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    const again = seen(
      first.frame,
      `the sender had reset this connection ${duration(first.beforeMs)} before`,
      `发送方在 ${duration(first.beforeMs)} 之前已复位过这个连接`,
    );
    if (e.trigger?.isSure !== true) return expected(again);
    return expected(
      again,
      seen(
        e.trigger.frame,
        'the other end had sent more, and was answered again',
        '对端又发来报文段，于是再次得到应答',
      ),
    );
  },
});

const isFirst = (e: Evidence): Finding =>
  impossible(e.reset.frame, 'the first reset on this connection', '这是此连接上的第一个 RST');

const firstWasLost = (e: Evidence): Finding =>
  endedUnseen(
    e,
    against(
      e.reset.frame,
      'if the sender had reset it before, that reset was lost before it came to this capture',
      '如果发送方此前已复位过它，那个 RST 在到达抓包处之前就丢失了',
    ),
  );

/**
 * A reset in the other end's name had closed the sender's socket. That other end knew nothing of
 * it, and what it sends now meets no connection.
 */
function inConsequence(e: Evidence, first: Sighting): Finding {
  const { trigger, sender } = e;
  if (e.shape !== 'reply' || trigger === undefined) return isFirst(e);
  const rttMs = e.capture.handshakeRttMs ?? ASSUMED_RTT_MS;
  if (sender.last !== undefined && sender.last.beforeMs < first.beforeMs - rttMs) {
    return impossible(
      sender.last.frame,
      'the sender had gone on after the reset in the name of the other end',
      '以对端名义发来的 RST 之后，发送方仍在继续',
    );
  }
  return expected(
    seen(
      first.frame,
      `a reset in the other end's name had closed the sender's socket ${duration(first.beforeMs)} before`,
      `${duration(first.beforeMs)} 之前，一个以对端名义发来的 RST 已关闭发送方的套接字`,
    ),
    seen(
      trigger.frame,
      'the other end knew nothing of that, went on, and met no connection',
      '对端对此毫不知情，继续发送，却已没有连接',
    ),
  );
}
