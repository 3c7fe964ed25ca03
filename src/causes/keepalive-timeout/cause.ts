import { defineCause } from '../cause.ts';
import type { Observation } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, duration, impossible, seen, standing } from '../finding.ts';
import { activeShape, doubts, notActive, ruledOutByGoingOn } from '../signs.ts';
import { isOnSchedule, isWholeSeconds } from '../timers.ts';
import { facts } from './facts.ts';

export const keepaliveTimeout = defineCause({
  id: 'keepalive-timeout',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape !== 'active') return notActive(e);
    const { keepalives, last } = e.sender;
    if (keepalives === 0 || last === undefined) {
      return impossible(e.reset.frame, 'no keepalive probe precedes it', '此前没有保活探测');
    }
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    if (e.reset.mptcp !== undefined) {
      return impossible(e.reset.frame, 'its MPTCP option says otherwise', 'MPTCP 选项另有说明');
    }
    const due = schedule(e, last.beforeMs);
    const because = [probes(e, last.frame), due, activeShape(e), ...doubts(e)];
    return standing(because);
  },
});

function probes({ sender: { keepalives, unansweredKeepalives } }: Evidence, frame: number) {
  if (unansweredKeepalives > 1) {
    return seen(
      frame,
      `${unansweredKeepalives} keepalive probes in a row got no answer`,
      `连续 ${unansweredKeepalives} 个保活探测没有应答`,
    );
  }
  if (unansweredKeepalives === 1) {
    return seen(frame, 'a keepalive probe got no answer', '有一个保活探测没有应答');
  }
  return keepalives > 1
    ? seen(
        frame,
        `${keepalives} keepalive probes in a row came last; what answered them here may never have reached the prober`,
        `最后是连续 ${keepalives} 个保活探测；此处看到的应答可能从未到达探测方`,
      )
    : seen(
        frame,
        'a keepalive probe came last; what answered it here may never have reached the prober',
        '最后是一个保活探测；此处看到的应答可能从未到达探测方',
      );
}

/** The give-up comes when the next probe would have been due (tcp_keepalive_timer). */
function schedule({ sender, reset }: Evidence, waitedMs: number): Observation {
  const { keepalives, keepaliveIntervalMs } = sender;
  const waited = duration(waitedMs);
  if (keepalives > 1 && keepaliveIntervalMs !== undefined) {
    const every = duration(keepaliveIntervalMs);
    return isOnSchedule(waitedMs, keepaliveIntervalMs)
      ? seen(
          reset.frame,
          `the reset came ${waited} after the last of them, and they came every ${every}`,
          `RST 在最后一个探测之后 ${waited} 发出，与 ${every} 的探测间隔一致`,
        )
      : against(
          reset.frame,
          `the reset came ${waited} after the last of them, while they came every ${every}`,
          `RST 在最后一个探测之后 ${waited} 发出，而探测间隔是 ${every}`,
        );
  }
  return isWholeSeconds(waitedMs)
    ? seen(
        reset.frame,
        `the reset came ${waited} after it: whole seconds, as probe intervals are set`,
        `RST 在其后 ${waited} 发出：正好是整秒，探测间隔就是这样设置的`,
      )
    : against(
        reset.frame,
        `the reset came ${waited} after it: not a whole number of seconds, as probe intervals are set`,
        `RST 在其后 ${waited} 发出：不是整秒，而探测间隔以整秒设置`,
      );
}
