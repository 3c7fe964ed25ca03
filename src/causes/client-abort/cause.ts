import { notAnAbort, untaken } from '../abort.ts';
import { dataAfterClose } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import type { Finding } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, duration, impossible, possible, seen, standing } from '../finding.ts';
import { doubts, nothingSaid, receiverSpokeLast } from '../signs.ts';
import { facts } from './facts.ts';

/** Clients' own time limits are whole seconds. */
const SHORTEST_PATIENCE_MS = 950;

export const clientAbort = defineCause({
  id: 'client-abort',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape === 'reply') return gaveUpWaiting(e);
    const out = notAnAbort(e);
    if (out !== undefined) return out;
    if (e.sender.role === 'server') {
      return impossible(
        e.reset.frame,
        'the server reset, not the client',
        '是服务端复位，不是客户端',
      );
    }
    if (nothingSaid(e)) {
      return impossible(
        e.reset.frame,
        'nothing had been asked for yet',
        '客户端还没有请求任何东西',
      );
    }
    return abortedBy(e);
  },
});

function abortedBy(e: Evidence): Finding {
  const { application: app, receiver } = e;
  const byOpener = seen(
    e.reset.frame,
    'the side that opened the connection aborted it',
    '由建立连接的一方中止',
  );
  if (app.responseComplete === true && app.answered) {
    const complete = seen(
      app.response?.frame ?? e.reset.frame,
      'after a complete response: nothing it wanted was lost',
      '发生在完整的响应之后：它要的东西没有丢失',
    );
    return possible(complete, byOpener, ...doubts(e));
  }
  if (isUnderWay(e)) {
    const sending = seen(
      receiver.lastData?.frame ?? e.reset.frame,
      `the server was still sending, ${duration(receiver.lastData?.beforeMs ?? 0)} before`,
      `${duration(receiver.lastData?.beforeMs ?? 0)} 之前服务端还在发送`,
    );
    return standing([sending, ...untaken(e), byOpener, ...doubts(e)]);
  }
  if (app.request !== undefined && !app.answered) {
    const waited = seen(
      app.request.frame,
      `the request had waited ${duration(app.request.beforeMs)} for its answer`,
      `请求已等待应答 ${duration(app.request.beforeMs)}`,
    );
    return standing([waited, byOpener, ...doubts(e)]);
  }
  const idle = against(e.reset.frame, 'nothing was under way towards it', '当时没有正发往它的数据');
  return possible(byOpener, idle, ...doubts(e));
}

/** The server is in the middle of a response, as far as its numbers and its head tell. */
function isUnderWay(e: Evidence): boolean {
  const { bytesSent, bytesAcknowledged } = e.receiver;
  if (!receiverSpokeLast(e)) return false;
  const isLong = bytesSent > 16_384;
  return bytesSent > bytesAcknowledged || e.application.responseComplete === false || isLong;
}

/** The client closed with FIN before it had its answer; the answer then met a closed socket. */
function gaveUpWaiting(e: Evidence): Finding {
  const late = dataAfterClose(e);
  if (late.stands === 'impossible') return late;
  const { fin } = e.sender;
  const { request, response, responseComplete } = e.application;
  if (fin === undefined || e.sender.role !== 'client') {
    return impossible(e.reset.frame, 'not a client that had closed', '不是已经关闭的客户端');
  }
  const asked = request ?? e.sender.lastData;
  const answeredInTime =
    response !== undefined && response.frame < fin.frame && responseComplete !== false;
  if (asked === undefined || answeredInTime) {
    return impossible(fin.frame, 'it closed after it had its answer', '它在得到应答之后才关闭');
  }
  const gaveUp = seen(
    fin.frame,
    `the client closed ${duration(asked.beforeMs - fin.beforeMs)} after its last request, without a whole answer`,
    `客户端在最后一个请求之后 ${duration(asked.beforeMs - fin.beforeMs)} 关闭，没有等到完整的应答`,
  );
  const because = [gaveUp, ...late.because];
  const waited = asked.beforeMs - fin.beforeMs;
  const isPatience = request !== undefined && waited >= SHORTEST_PATIENCE_MS;
  return isPatience ? { stands: late.stands, because } : possible(...because);
}
