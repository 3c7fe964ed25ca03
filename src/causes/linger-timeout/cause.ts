import { notAnAbort } from '../abort.ts';
import { notLateData } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import { duration, impossible, possible, seen } from '../finding.ts';
import { activeShape, doubts, finBefore, finIsHeldBack, notReply } from '../signs.ts';
import { facts } from './facts.ts';

/** l_linger counts in whole seconds. */
const SHORTEST_LINGER_MS = 900;
/** A window may close only after close() has begun to wait. */
const SHORTEST_HOLD_MS = 500;

export const lingerTimeout = defineCause({
  id: 'linger-timeout',
  facts,
  recognise(e) {
    if (e.shape === 'active') return atTimeOut(e);
    if (e.shape !== 'reply') return notReply(e);
    const out = notLateData(e);
    if (out !== undefined) return out;
    const fin = finBefore(e);
    const { zeroWindow } = e.receiver;
    if (fin === undefined && finIsHeldBack(e) && zeroWindow !== undefined) {
      return possible(
        seen(
          zeroWindow.frame,
          `the receiver's window had been closed for ${duration(zeroWindow.beforeMs)}: close() may have waited in vain`,
          `接收方的窗口已关闭 ${duration(zeroWindow.beforeMs)}：close() 可能白等了一场`,
        ),
        ...doubts(e),
      );
    }
    if (fin === undefined) {
      return impossible(e.reset.frame, 'the sender had not closed', '发送方并未关闭');
    }
    return possible(fin, ...doubts(e));
  },
});

/** Stacks that reset at the time-out, as the documents say; Linux goes on in the background. */
function atTimeOut(e: Parameters<typeof notAnAbort>[0]) {
  const out = notAnAbort(e);
  if (out !== undefined) return out;
  const { last, bytesSent, bytesAcknowledged } = e.sender;
  const { zeroWindow } = e.receiver;
  const isHeldBack = zeroWindow !== undefined && zeroWindow.beforeMs >= SHORTEST_HOLD_MS;
  if (isHeldBack) {
    return possible(
      seen(
        zeroWindow.frame,
        `the receiver's window had been closed for ${duration(zeroWindow.beforeMs)}: close() may have waited for data to be taken`,
        `接收方的窗口已关闭 ${duration(zeroWindow.beforeMs)}：close() 可能一直在等数据被收下`,
      ),
      activeShape(e),
      ...doubts(e),
    );
  }
  if (bytesSent === bytesAcknowledged || last === undefined || last.beforeMs < SHORTEST_LINGER_MS) {
    return impossible(
      e.reset.frame,
      'no close() was waiting for data to be acknowledged',
      '没有哪个 close() 在等待数据被确认',
    );
  }
  return possible(
    seen(
      last.frame,
      `data of the sender stayed unacknowledged for ${duration(last.beforeMs)}`,
      `发送方的数据有 ${duration(last.beforeMs)} 未被确认`,
    ),
    activeShape(e),
    ...doubts(e),
  );
}
