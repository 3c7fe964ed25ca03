import type { Finding, Observation } from './cause.ts';
import type { Evidence } from './evidence.ts';
import { against, count, duration, impossible, seen, standing } from './finding.ts';
import {
  activeShape,
  doubts,
  notActive,
  leftUnanswered,
  ruledOutByGoingOn,
} from './signs.ts';
import { isOnSchedule } from './timers.ts';

/** Aborts of a socket by its own side: what they share, and the two that the wire can hint at. */

/** Undefined, or why no socket of the sender's can have aborted here. */
export function notAnAbort(e: Evidence): Finding | undefined {
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
  if (givesUpProbing(e)) {
    return impossible(
      e.sender.last?.frame ?? e.reset.frame,
      'the reset comes just when the next unanswered keepalive probe was due',
      'RST 恰在下一个（未获应答的）保活探测该发出的时刻',
    );
  }
  return undefined;
}

/** Several probes without an answer, and the reset on their schedule: no application's doing. */
function givesUpProbing(e: Evidence): boolean {
  const { unansweredKeepalives, keepaliveIntervalMs, last } = e.sender;
  if (unansweredKeepalives < 3 || keepaliveIntervalMs === undefined || last === undefined)
    return false;
  return isOnSchedule(last.beforeMs, keepaliveIntervalMs);
}

/** close() with bytes in the receive queue (RFC 9293 §3.6.1, RFC 2525 §2.17; tcp_close). */
export function abortWithUnread(e: Evidence): Finding {
  const out = notAnAbort(e);
  if (out !== undefined) return out;
  if (e.receiver.bytesSent === 0 && e.capture.receiverSeen && e.capture.whole) {
    return impossible(
      e.reset.frame,
      'the other end had sent no data that could be left unread',
      '对端没有发送过数据，不可能有未读数据',
    );
  }
  return standing([activeShape(e), ...unread(e), ...doubts(e)]);
}

/** What speaks for and against bytes lying unread at the sender. */
export function unread(e: Evidence): readonly Observation[] {
  const { lastData, bytesSent, bytesAcknowledged } = e.receiver;
  if (lastData === undefined) {
    return [
      against(e.reset.frame, 'no data towards the sender was captured', '没有抓到发往发送方的数据'),
    ];
  }
  const observations: Observation[] = [];
  if (leftUnanswered(e)) {
    observations.push(
      seen(
        lastData.frame,
        `data reached the sender ${duration(lastData.beforeMs)} before, and it never answered it`,
        `${duration(lastData.beforeMs)} 之前有数据到达发送方，它从未回应`,
      ),
    );
  } else {
    observations.push(
      against(
        e.sender.lastData?.frame ?? e.reset.frame,
        'the sender had answered, or asked for, the last data it got: it may have read all of it',
        '发送方最后收到的数据，它已回应过或正是它所请求的：可能已全部读完',
      ),
    );
  }
  const inFlight = bytesSent - bytesAcknowledged;
  if (inFlight > 0) {
    observations.push(
      seen(
        lastData.frame,
        `${count(inFlight)} bytes towards the sender were not yet acknowledged`,
        `发往发送方的数据中有 ${count(inFlight)} 字节尚未被确认`,
      ),
    );
  }
  if (e.sender.window < e.sender.largestWindow / 2) {
    observations.push(
      seen(
        e.sender.last?.frame ?? e.reset.frame,
        `the sender's window had shrunk from ${count(e.sender.largestWindow)} to ${count(e.sender.window)} bytes: unread data filled it`,
        `发送方的窗口已从 ${count(e.sender.largestWindow)} 缩到 ${count(e.sender.window)} 字节：被未读数据占据`,
      ),
    );
  }
  return observations;
}

/** close() with SO_LINGER on and 0 seconds, and whatever else aborts without a visible reason. */
export function abortOnPurpose(e: Evidence): Finding {
  const out = notAnAbort(e);
  if (out !== undefined) return out;
  const because: Observation[] = [activeShape(e)];
  if (e.receiver.lastData === undefined) {
    because.push(seen(e.reset.frame, 'no data was there to be left unread', '没有可能未读的数据'));
  } else if (leftUnanswered(e)) {
    because.push(
      against(
        e.receiver.lastData.frame,
        'data of the other end was never answered: it may have been left unread',
        '对端的数据从未得到回应：可能未被读取',
      ),
    );
  } else {
    because.push(
      seen(
        e.sender.lastData?.frame ?? e.reset.frame,
        'the exchange was over: the sender had answered, or asked for, all it got',
        '一问一答已经结束：发送方收到的一切，它已回应过或正是它所请求的',
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
  return standing([...because, ...doubts(e)]);
}

/** An abort that leaves no trace of its own: never more than possible. */
export function silentAbort(e: Evidence, ...further: readonly Observation[]): Finding {
  const out = notAnAbort(e);
  if (out !== undefined) return out;
  return { stands: 'possible', because: [activeShape(e), ...further, ...doubts(e)] };
}
