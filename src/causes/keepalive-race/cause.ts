import { dataAfterClose } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import { against, duration, impossible, possible, seen } from '../finding.ts';
import { notReply } from '../signs.ts';
import { namedTimer } from '../timers.ts';
import { facts } from './facts.ts';

/** Idle for less than this is a pause of the conversation, not a pooled connection. */
const IDLE_MS = 400;
/** A client that waits for its connections has taken note of a FIN by then. */
const NOTICE_MS = 200;

export const keepaliveRace = defineCause({
  id: 'keepalive-race',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape !== 'reply') return notReply(e);
    const { fin } = e.sender;
    if (fin === undefined || e.sender.role === 'client') {
      return impossible(
        e.reset.frame,
        'not a server that had closed with FIN',
        '不是已用 FIN 关闭连接的服务端',
      );
    }
    if (e.sender.bytesSent === 0) {
      return impossible(
        e.reset.frame,
        'the connection had not served anything yet: nothing was reused',
        '连接此前没有服务过任何请求：谈不上复用',
      );
    }
    if (fin.afterQuietMs < IDLE_MS) {
      return impossible(
        fin.frame,
        `the connection had been in use ${duration(fin.afterQuietMs)} before the FIN: not idle`,
        `FIN 之前 ${duration(fin.afterQuietMs)} 连接还在使用：并不空闲`,
      );
    }
    const general = dataAfterClose(e);
    if (general.stands === 'impossible') return general;
    const timer = namedTimer(fin.afterQuietMs);
    const idle = seen(
      fin.frame,
      `the server closed after ${duration(fin.afterQuietMs)} of silence${timer ? `, a well-known idle timer: ${timer}` : ''}`,
      `服务端在空闲 ${duration(fin.afterQuietMs)} 之后关闭${timer ? `，是常见的空闲超时：${timer}` : ''}`,
    );
    const { acknowledgedIn } = fin;
    const late = fin.beforeMs - (e.trigger?.beforeMs ?? 0);
    const knew = acknowledgedIn !== undefined && acknowledgedIn < (e.trigger?.frame ?? 0);
    if (knew && late > NOTICE_MS) {
      const noRace = against(
        acknowledgedIn,
        `the client's host had acknowledged that FIN, and the request left ${duration(late)} after it: no race, the client did not look`,
        `客户端主机已确认该 FIN，而请求在 FIN 之后 ${duration(late)} 才发出：不是竞争，是客户端没有察觉`,
      );
      return possible(idle, noRace, ...general.because);
    }
    const rest = general.because.filter(({ frame, supports }) => frame !== fin.frame || !supports);
    return { stands: general.stands, because: [idle, ...rest] };
  },
});
