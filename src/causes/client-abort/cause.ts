import { notAnAbort, unread } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { against, duration, impossible, possible, seen, standing } from '../finding.ts';
import { doubts, nothingSaid, receiverSpokeLast } from '../signs.ts';
import { facts } from './facts.ts';

export const clientAbort = defineCause({
  id: 'client-abort',
  facts,
  recognise(e) {
    const out = notAnAbort(e);
    if (out !== undefined) return out;
    if (e.sender.role === 'server') {
      return impossible(e.reset.frame, 'the server reset, not the client', '是服务端复位，不是客户端');
    }
    if (nothingSaid(e)) {
      return impossible(e.reset.frame, 'nothing had been asked for yet', '客户端还没有请求任何东西');
    }
    const { application: app, receiver } = e;
    const inFlight = receiver.bytesSent - receiver.bytesAcknowledged;
    const because = [
      seen(
        e.reset.frame,
        'the side that opened the connection aborted it',
        '由建立连接的一方中止',
      ),
    ];
    if (app.responseComplete === true) {
      because.push(
        seen(
          app.response?.frame ?? e.reset.frame,
          'after a complete response: nothing it wanted was lost',
          '发生在完整的响应之后：它要的东西没有丢失',
        ),
      );
      return standing([...because, ...doubts(e)]);
    }
    const streaming = receiverSpokeLast(e) && (inFlight > 0 || app.responseComplete === false || receiver.bytesSent > 16_384);
    if (streaming) {
      because.push(
        seen(
          receiver.lastData?.frame ?? e.reset.frame,
          `the server was still sending, ${duration(receiver.lastData?.beforeMs ?? 0)} before`,
          `${duration(receiver.lastData?.beforeMs ?? 0)} 之前服务端还在发送`,
        ),
        ...unread(e),
      );
      return standing([...because, ...doubts(e)]);
    }
    if (app.request !== undefined && !app.answered) {
      because.push(
        seen(
          app.request.frame,
          `the request had waited ${duration(app.request.beforeMs)} for its answer`,
          `请求已等待应答 ${duration(app.request.beforeMs)}`,
        ),
      );
      return standing([...because, ...doubts(e)]);
    }
    return possible(
      ...because,
      against(e.reset.frame, 'nothing was under way towards it', '当时没有正发往它的数据'),
      ...doubts(e),
    );
  },
});
