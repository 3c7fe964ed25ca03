import { abortWithUnread } from '../abort.ts';
import { dataAfterClose } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import type { Finding } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { duration, impossible, possible, seen, type Standing } from '../finding.ts';
import { looksForeign } from '../signs.ts';
import { facts } from './facts.ts';

export const earlyResponse = defineCause({
  id: 'early-response',
  facts,
  particular: true,
  recognise(e) {
    const { response, protocol } = e.application;
    if (response === undefined && (protocol !== 'tls' || e.sender.bytesSent === 0)) {
      return impossible(e.reset.frame, 'no response came before the reset', 'RST 之前没有响应');
    }
    if (e.sender.role === 'client') {
      return impossible(
        e.reset.frame,
        'the client reset, not the server',
        '是客户端复位，不是服务端',
      );
    }
    if (e.shape === 'reply' && e.sender.fin === undefined) {
      return impossible(e.reset.frame, 'the server had not closed', '服务端并未关闭');
    }
    const general = e.shape === 'reply' ? dataAfterClose(e) : abortWithUnread(e);
    if (general.stands === 'impossible') return general;
    return response === undefined ? possible() : answeredEarly(e, response, general);
  },
});

function answeredEarly(
  e: Evidence,
  response: NonNullable<Evidence['application']['response']>,
  general: Standing,
): Finding {
  const { request, requestComplete, responseStatus } = e.application;
  if (request !== undefined && request.frame > response.frame) {
    return impossible(
      request.frame,
      'a new request had begun: that response answered an earlier one',
      '新的请求已经开始：那个响应应答的是更早的请求',
    );
  }
  const { lastData } = e.receiver;
  const stillSending = lastData !== undefined && lastData.frame > response.frame;
  if (requestComplete !== false && !stillSending) {
    return impossible(
      request?.frame ?? response.frame,
      'the request had been sent in full before the response',
      '响应之前请求已全部发出',
    );
  }
  const status = responseStatus ?? '';
  const early = seen(
    response.frame,
    `the server answered ${status} ${duration(response.beforeMs)} before its reset, while the request was still under way`,
    `服务端在 RST 之前 ${duration(response.beforeMs)} 就应答了 ${status}，而请求还没有发完`,
  );
  const because = [early, ...general.because.filter((each) => each.supports)];
  // What follows a whole request may be its body, or something else altogether: a refusal tells.
  const isTypical = requestComplete === false || (responseStatus ?? 0) >= 300;
  if (!isTypical || looksForeign(e)) return { stands: 'possible', because };
  return { stands: 'expected', because };
}
