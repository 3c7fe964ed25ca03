import type { Finding, Observation } from './cause.ts';
import type { Evidence } from './evidence.ts';
import { against, impossible, possible, seen, standing } from './finding.ts';
import type { Impossible } from './finding.ts';
import {
  doubts,
  finBefore,
  finIsHeldBack,
  isEstablished,
  noFin,
  notReply,
  once,
  replyShape,
  ruledOutByGoingOn,
  serverOnlyOffered,
} from './signs.ts';

/** Data meets a side that has already closed: RFC 9293 §3.10.7.4, Linux tcp_rcv_state_process. */
export const dataAfterClose = once((e: Evidence): Finding => {
  if (e.shape !== 'reply') return notReply(e);
  const out = notLateData(e);
  if (out !== undefined) return out;
  const fin = finBefore(e);
  if (fin === undefined) return withoutFin(e);
  const because: Observation[] = [fin];
  if (e.trigger !== undefined) because.push(lateData(e), replyShape(e, e.trigger));
  else because.push(triggerUnseen(e));
  if (e.receiver.bytesAfterPeerFin > (e.trigger?.length ?? 0) && wasHalfClosed(e)) {
    because.push(
      against(
        e.sender.fin?.frame ?? e.reset.frame,
        'after its FIN the sender still acknowledged data: it had only closed its sending side',
        '发送方在 FIN 之后仍确认过数据：它当时只关闭了发送方向',
      ),
    );
  }
  return standing([...because, ...doubts(e)]);
});

/** Undefined, or why the reset cannot be the answer to data after a close. */
export const notLateData = once((e: Evidence): Impossible | undefined => {
  const wentOn = ruledOutByGoingOn(e);
  if (wentOn !== undefined) return wentOn;
  if (!isEstablished(e) || serverOnlyOffered(e)) {
    return impossible(e.reset.frame, 'the connection was never established', '连接从未建立');
  }
  if (e.trigger !== undefined && e.trigger.length === 0 && !isLateProbe(e)) {
    return impossible(
      e.trigger.frame,
      'what drew the reset carried no data',
      '引出 RST 的报文段没有携带数据',
    );
  }
  if (
    e.trigger === undefined &&
    e.capture.receiverSeen &&
    e.capture.gapless &&
    e.receiver.bytesSent === 0
  ) {
    return impossible(e.reset.frame, 'the other end sent no data', '对端没有发送数据');
  }
  return undefined;
});

/** A FIN can be lost on its way to where the capture was made, or wait behind a closed window. */
function withoutFin(e: Evidence): Finding {
  const answer = e.trigger === undefined ? [] : [replyShape(e, e.trigger)];
  const { zeroWindow } = e.receiver;
  if (finIsHeldBack(e) && zeroWindow !== undefined) {
    const heldBack = seen(
      zeroWindow.frame,
      "the receiver's window was closed: if the sender had closed, its FIN had to wait behind data that it could not send",
      '接收方的窗口已关闭：即使发送方已关闭，它的 FIN 也只能排在发不出去的数据之后',
    );
    return standing([heldBack, ...answer, ...doubts(e)]);
  }
  const missing = e.capture.gapless ? [noFin(e), nothingMissing(e)] : [noFin(e)];
  return possible(...missing, ...answer, ...doubts(e));
}

const nothingMissing = (e: Evidence): Observation =>
  against(
    e.reset.frame,
    'and nothing else of the connection is missing from this capture',
    '而这个连接的其他报文段在抓包中并无缺失',
  );

/** The socket that had closed waited for the other end's FIN no longer (tcp_fin_timeout). */
const isLateProbe = ({ trigger, sender }: Evidence): boolean =>
  trigger?.kind === 'keepalive-probe' && sender.fin !== undefined;

const lateData = (e: Evidence): Observation =>
  isLateProbe(e)
    ? seen(
        e.trigger?.frame ?? e.reset.frame,
        'a keepalive probe reached it when it no longer waited for the FIN of the other end',
        '保活探测到达时，它已不再等待对端的 FIN',
      )
    : dataMet(e);

const dataMet = (e: Evidence): Observation =>
  seen(
    e.trigger?.frame ?? e.reset.frame,
    `${e.trigger?.length ?? 0} bytes of data reached the closed socket`,
    `${e.trigger?.length ?? 0} 字节的数据到达了已关闭的套接字`,
  );

const triggerUnseen = (e: Evidence): Observation =>
  against(e.reset.frame, 'the segment that drew it was not captured', '没有抓到引出它的报文段');

const wasHalfClosed = (e: Evidence): boolean => {
  const { fin, last } = e.sender;
  return (
    fin !== undefined &&
    last !== undefined &&
    last.frame > fin.frame &&
    fin.beforeMs - last.beforeMs > 200
  );
};
