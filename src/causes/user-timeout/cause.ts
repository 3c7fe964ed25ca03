import { notAnAbort } from '../abort.ts';
import { defineCause, type Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, duration, impossible, possible, seen, times } from '../finding.ts';
import { endedUnseen, notForgotten } from '../forgotten.ts';
import { doubts, isEstablished, ruledOutByGoingOn, wasJustThere } from '../signs.ts';
import { facts } from './facts.ts';

const triesWereLost = (e: Evidence): Observation =>
  against(
    e.reset.frame,
    'if its time was up, what it had sent in vain was lost before it came to this capture',
    '如果是它的时限到了，那么它徒劳发送的报文在到达抓包处之前都丢失了',
  );

export const userTimeout = defineCause({
  id: 'user-timeout',
  // The same giving up, of probes or of data, with a limit in milliseconds in place of a count.
  facts,
  recognise(e) {
    const { keepalives, unansweredRetransmissions, last } = e.sender;
    const unanswered = keepalives + unansweredRetransmissions;
    if (unanswered === 0 && notForgotten(e) === undefined && !wasJustThere(e)) {
      return endedUnseen(e, triesWereLost(e));
    }
    if (unanswered === 0 || last === undefined || !isEstablished(e)) {
      return impossible(
        e.reset.frame,
        'nothing of the sender was waiting for an answer',
        '发送方没有任何东西在等待应答',
      );
    }
    if (e.shape === 'active') {
      if (keepalives === 0) {
        const out = notAnAbort(e);
        if (out !== undefined) return out;
      }
    } else {
      const wentOn = ruledOutByGoingOn(e);
      if (wentOn !== undefined) return wentOn;
    }
    return possible(
      seen(
        last.frame,
        `the sender had asked for an answer ${times(unanswered)} in vain, last ${duration(last.beforeMs)} before`,
        `发送方有 ${unanswered} 个报文段在等待应答，最后一个在 ${duration(last.beforeMs)} 之前`,
      ),
      ...doubts(e),
    );
  },
  recogniseFailure(e) {
    if (e.kind !== 'silence') {
      return impossible(e.frame, 'not a connection that fell silent', '不是陷入沉默的连接');
    }
    return possible(
      seen(
        e.frame,
        `the last try came ${duration(e.silentMs)} after the other end's last word`,
        `最后一次尝试距对端最后一次发言 ${duration(e.silentMs)}`,
      ),
    );
  },
});
