import type { Finding, Observation } from './cause.ts';
import type { Evidence } from './evidence.ts';
import { against, impossible, possible, type Impossible } from './finding.ts';
import {
  doubts,
  isEstablished,
  notReply,
  once,
  replyShape,
  ruledOutByGoingOn,
  serverOnlyOffered,
} from './signs.ts';

/** Undefined, or why the reset cannot be the word of a host that knows nothing of the connection. */
export const notForgotten = once((e: Evidence): Impossible | undefined => {
  if (e.shape !== 'reply') return notReply(e);
  const wentOn = ruledOutByGoingOn(e);
  if (wentOn !== undefined) return wentOn;
  if (e.sender.fin !== undefined) {
    return impossible(
      e.sender.fin.frame,
      'the sender had closed in order: it need not have forgotten anything',
      '发送方已正常关闭：不必是它忘记了连接',
    );
  }
  if (!isEstablished(e) || serverOnlyOffered(e)) {
    return impossible(
      e.reset.frame,
      'no established connection that could have been forgotten',
      '没有可被忘记的已建立连接',
    );
  }
  if (e.trigger === undefined && e.capture.receiverSeen && e.capture.gapless) {
    return impossible(e.reset.frame, 'answers no segment', '没有应答任何报文段');
  }
  return undefined;
});

/**
 * The host had ended the connection, and what it then sent was lost before it came to this capture:
 * it looks as a restart does. `lost` says what that would have been.
 */
export const endedUnseen = (e: Evidence, lost: Observation): Finding => {
  const answer = e.trigger === undefined ? [] : [replyShape(e, e.trigger)];
  return possible(lost, noEndSeen(e), ...answer, ...doubts(e));
};

const noEndSeen = (e: Evidence): Observation =>
  against(
    e.reset.frame,
    'nothing in this capture shows that the connection had ended before',
    '这份抓包里没有任何迹象表明连接此前已经结束',
  );

/** Has been silent for at least so long; also true of one who was never heard. */
export const wasSilentFor = (e: Evidence, ms: number): boolean =>
  e.sender.last === undefined || e.sender.last.beforeMs >= ms;
