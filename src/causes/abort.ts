import type { Finding, Observation } from './cause.ts';
import type { Evidence } from './evidence.ts';
import { against, count, duration, impossible, possible, seen, standing } from './finding.ts';
import type { Impossible } from './finding.ts';
import {
  activeShape,
  doubts,
  leftUnanswered,
  notActive,
  once,
  receiverSpokeLast,
  ruledOutByGoingOn,
} from './signs.ts';
import { isOnSchedule } from './timers.ts';

/** Aborts of a socket by its own side: what they share, and the two that the wire can hint at. */

/** A FIN and a reset this close together come from one close(). */
export const SAME_CLOSE_MS = 2;

/** Undefined, or why no socket of the sender's can have aborted here. */
export const notAnAbort = once((e: Evidence): Impossible | undefined => {
  if (e.shape !== 'active') return notActive(e);
  const wentOn = ruledOutByGoingOn(e);
  if (wentOn !== undefined) return wentOn;
  // A reset may itself be the first to acknowledge the SYN,ACK (delayed ACK, TCP_QUICKACK off).
  if (e.sender.state === 'SYN-SENT' && e.receiver.syn === undefined) {
    return impossible(
      e.sender.syn?.frame ?? e.reset.frame,
      'the sender was still connecting: closing then sends nothing',
      '发送方还在建立连接：此时关闭不发送任何报文',
    );
  }
  if (e.reset.mptcp !== undefined) {
    return impossible(
      e.reset.frame,
      'its MPTCP option says that it ends more than this one connection',
      '它带有 MPTCP 选项：结束的不只是这一个 TCP 连接',
    );
  }
  const { fastclose } = e.receiver;
  if (fastclose !== undefined) {
    return impossible(
      fastclose.frame,
      'the other end had asked for it with MP_FASTCLOSE',
      '是对端用 MP_FASTCLOSE 要求的',
    );
  }
  if (givesUpProbing(e)) {
    return impossible(
      e.sender.last?.frame ?? e.reset.frame,
      'the reset comes just when the next unanswered keepalive probe was due',
      'RST 恰在下一个（未获应答的）保活探测该发出的时刻',
    );
  }
  return undefined;
});

/** Several probes without an answer, and the reset on their schedule: no application's doing. */
function givesUpProbing(e: Evidence): boolean {
  const { unansweredKeepalives, keepaliveIntervalMs, last } = e.sender;
  if (unansweredKeepalives < 3 || keepaliveIntervalMs === undefined || last === undefined)
    return false;
  return isOnSchedule(last.beforeMs, keepaliveIntervalMs);
}

/** So many tries that their times are those of a timer. */
const TRIES = 3;

/**
 * The reset in place of the next retransmission: Windows, FreeBSD and macOS give up so (tcp_timer_rexmt,
 * tcp_drop), where Linux says nothing. An application's own timer may strike at that moment too.
 */
export const givesUpRetransmitting = once((e: Evidence): Observation | undefined => {
  const { sender } = e;
  const intervalMs = sender.retransmissionIntervalMs;
  if (sender.retransmissionRounds < TRIES || intervalMs === undefined) return undefined;
  if (sender.fin !== undefined || e.shape !== 'active') return undefined;
  const isDue =
    isOnSchedule(sender.retransmittedBeforeMs, intervalMs) ||
    isOnSchedule(sender.retransmittedBeforeMs, 2 * intervalMs);
  if (!isDue) return undefined;
  return seen(
    e.reset.frame,
    `the reset comes ${duration(sender.retransmittedBeforeMs)} after the last of ${count(sender.retransmissionRounds)} retransmissions, just when the next was due`,
    `RST 在 ${count(sender.retransmissionRounds)} 次重传的最后一次之后 ${duration(sender.retransmittedBeforeMs)} 到来，正是下一次重传该发出的时刻`,
  );
});

/** The same, as it speaks against an application's own abort. */
const dueInstead = (e: Evidence): readonly Observation[] => {
  const due = givesUpRetransmitting(e);
  return due === undefined ? [] : [{ ...due, supports: false }];
};

/** close() with bytes in the receive queue (RFC 9293 §3.6.1, RFC 2525 §2.17; tcp_close). */
export const abortWithUnread = once((e: Evidence): Finding => {
  const out = notAnAbort(e);
  if (out !== undefined) return out;
  if (e.receiver.bytesSent === 0 && e.capture.receiverSeen && e.capture.whole) {
    return impossible(
      e.reset.frame,
      'the other end had sent no data that could be left unread',
      '对端没有发送过数据，不可能有未读数据',
    );
  }
  return standing([...unread(e), activeShape(e), ...dueInstead(e), ...doubts(e)]);
});

/** What speaks for and against bytes lying unread at the sender. */
function unread(e: Evidence): readonly Observation[] {
  const { lastData } = e.receiver;
  if (lastData === undefined) {
    return [
      against(e.reset.frame, 'no data towards the sender was captured', '没有抓到发往发送方的数据'),
    ];
  }
  if (!leftUnanswered(e)) return [bodyRefused(e) ?? mayHaveReadAll(e), ...untaken(e)];
  const unanswered = seen(
    lastData.frame,
    `data reached the sender ${duration(lastData.beforeMs)} before, and it never answered it`,
    `${duration(lastData.beforeMs)} 之前有数据到达发送方，它从未回应`,
  );
  return [unanswered, ...untaken(e)];
}

/** Whoever refuses a request reads its body seldom, be it all there: a handler that answers by the header alone. */
const bodyRefused = once((e: Evidence): Observation | undefined => {
  const { request, response, responseStatus = 0 } = e.application;
  const { lastData } = e.receiver;
  if (request === undefined || response === undefined || lastData === undefined) return undefined;
  if (responseStatus < 400 || lastData.frame === request.frame) return undefined;
  return seen(
    response.frame,
    `a request of several segments was refused with ${responseStatus}: its body may be unread`,
    `由多个报文段组成的请求被以 ${responseStatus} 拒绝：其正文可能没有读`,
  );
});

/** Something speaks for it. */
export const mayBeUnread = (e: Evidence): boolean =>
  leftUnanswered(e) || bodyRefused(e) !== undefined || untaken(e).length > 0;

function mayHaveReadAll(e: Evidence): Observation {
  return receiverSpokeLast(e)
    ? against(
        e.receiver.lastData?.frame ?? e.reset.frame,
        'the last data it got was what it had asked for, and it had time to read it all',
        '发送方最后收到的正是它所请求的数据，并且有时间全部读完',
      )
    : against(
        e.sender.lastData?.frame ?? e.reset.frame,
        'the sender had answered the last data it got: it may have read all of it',
        '发送方已回应过最后收到的数据：可能已全部读完',
      );
}

/** What the kernel, or its application, had surely not taken yet. */
export function untaken(e: Evidence): readonly Observation[] {
  const { lastData, bytesSent, bytesAcknowledged } = e.receiver;
  const { window, largestWindow, last } = e.sender;
  const observations: Observation[] = [];
  const inFlight = bytesSent - bytesAcknowledged;
  if (inFlight > 0) {
    observations.push(
      seen(
        lastData?.frame ?? e.reset.frame,
        `${count(inFlight)} bytes towards the sender were not yet acknowledged`,
        `发往发送方的数据中有 ${count(inFlight)} 字节尚未被确认`,
      ),
    );
  }
  if (window < largestWindow / 2) {
    observations.push(
      seen(
        last?.frame ?? e.reset.frame,
        `the sender's window had shrunk from ${count(largestWindow)} to ${count(window)} bytes: unread data filled it`,
        `发送方的窗口已从 ${count(largestWindow)} 缩到 ${count(window)} 字节：被未读数据占据`,
      ),
    );
  }
  return observations;
}

/** close() with SO_LINGER on and 0 seconds, and whatever else aborts without a visible reason. */
export function abortOnPurpose(e: Evidence): Finding {
  const out = notAnAbort(e);
  if (out !== undefined) return out;
  const because = [nothingUnread(e), activeShape(e)];
  const { fin } = e.sender;
  if (fin !== undefined && fin.beforeMs <= SAME_CLOSE_MS) {
    because.push(
      against(
        fin.frame,
        'a FIN had gone out in the same instant, and SO_LINGER 0 sends none',
        '同一瞬间发出过 FIN，而 SO_LINGER 0 不会发 FIN',
      ),
    );
  }
  if (e.sender.unansweredKeepalives > 0) {
    because.push(
      against(
        e.sender.last?.frame ?? e.reset.frame,
        'its keepalive probe had just gone without an answer',
        '它的保活探测刚刚没有得到应答',
      ),
    );
  }
  return standing([...because, ...dueInstead(e), ...doubts(e)]);
}

function nothingUnread(e: Evidence): Observation {
  const { lastData } = e.receiver;
  if (lastData === undefined) {
    return seen(
      e.reset.frame,
      'the other end had sent no data that could be left unread',
      '对端没有发送过数据，不可能有未读数据',
    );
  }
  if (leftUnanswered(e)) {
    return against(
      lastData.frame,
      'data of the other end was never answered: it may have been left unread',
      '对端的数据从未得到回应：可能未被读取',
    );
  }
  return receiverSpokeLast(e)
    ? seen(
        lastData.frame,
        `the sender had got what it asked for, ${duration(lastData.beforeMs)} before: the exchange was over`,
        `发送方在 ${duration(lastData.beforeMs)} 之前已得到所请求的内容：一问一答已经结束`,
      )
    : seen(
        e.sender.lastData?.frame ?? e.reset.frame,
        `the sender had answered everything, ${duration(e.sender.lastData?.beforeMs ?? 0)} before: the exchange was over`,
        `发送方在 ${duration(e.sender.lastData?.beforeMs ?? 0)} 之前已回应完一切：一问一答已经结束`,
      );
}

/** An abort that leaves no trace of its own: never more than possible. */
export function silentAbort(e: Evidence): Finding {
  return notAnAbort(e) ?? possible(activeShape(e), ...doubts(e));
}
