import { abortWithUnread } from '../abort.ts';
import { dataAfterClose } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import { duration, impossible, possible, seen } from '../finding.ts';
import { foreignSigns } from '../signs.ts';
import type { Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { facts } from './facts.ts';

export const earlyResponse = defineCause({
  id: 'early-response',
  facts,
  particular: true,
  recognise(e) {
    const general = e.shape === 'reply' ? dataAfterClose(e) : abortWithUnread(e);
    if (general.stands === 'impossible') return general;
    if (e.shape === 'reply' && e.sender.fin === undefined) {
      return impossible(e.reset.frame, 'the server had not closed', '服务端并未关闭');
    }
    const { response, requestComplete, responseStatus } = e.application;
    if (e.sender.role === 'client') {
      return impossible(
        e.reset.frame,
        'the client reset, not the server',
        '是客户端复位，不是服务端',
      );
    }
    if (response === undefined) {
      if (e.application.protocol === 'tls' && e.sender.bytesSent > 0) return possible();
      return impossible(e.reset.frame, 'no response came before the reset', 'RST 之前没有响应');
    }
    const { lastData } = e.receiver;
    const stillSending = lastData !== undefined && lastData.frame > response.frame;
    if (requestComplete === true && !stillSending) {
      return impossible(
        e.application.request?.frame ?? response.frame,
        'the request had been sent in full before the response',
        '响应之前请求已全部发出',
      );
    }
    const early = seen(
      response.frame,
      `the server answered ${responseStatus ?? ''} ${duration(response.beforeMs)} before its reset, while the request was still under way`,
      `服务端在 RST 之前 ${duration(response.beforeMs)} 已应答 ${responseStatus ?? ''}，而请求还在发送`,
    );
    const isError = (responseStatus ?? 0) >= 300;
    const because = [early, ...general.because.filter((each) => each.supports || isDoubt(each, e))];
    const isTypical = requestComplete === false || stillSending || isError;
    const stands = isTypical && because.every((each) => each.supports) ? 'expected' : 'possible';
    return { stands, because };
  },
});

/** A sign that somebody else sent the reset, as against one that nothing was left unread. */
const isDoubt = (each: Observation, e: Evidence): boolean =>
  foreignSigns(e).some((sign) => sign.say.en === each.say.en);
