import { notAnAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { duration, impossible, possible, seen } from '../finding.ts';
import { doubts, isEstablished, ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

export const userTimeout = defineCause({
  id: 'user-timeout',
  // The same giving up, of probes or of data, with a limit in milliseconds in place of a count.
  facts,
  recognise(e) {
    const { keepalives, unansweredRetransmissions, last } = e.sender;
    const unanswered = keepalives + unansweredRetransmissions;
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
        `${unanswered} segments of the sender asked for an answer, the last ${duration(last.beforeMs)} before`,
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
