import { defineCause } from '../cause.ts';
import { against, duration, impossible, possible, seen, standing } from '../finding.ts';
import { activeShape, doubts, notActive, ruledOutByGoingOn } from '../signs.ts';
import { facts } from './facts.ts';

/** The give-up comes one probe interval after the last probe, give or take a tenth. */
const SCHEDULE_TOLERANCE = 0.1;

export const keepaliveTimeout = defineCause({
  id: 'keepalive-timeout',
  facts,
  particular: true,
  recognise(e) {
    if (e.shape !== 'active') return notActive(e);
    const wentOn = ruledOutByGoingOn(e);
    if (wentOn !== undefined) return wentOn;
    const { keepalives, unansweredKeepalives, keepaliveIntervalMs, last } = e.sender;
    if (keepalives === 0 || last === undefined) {
      return impossible(e.reset.frame, 'no keepalive probe precedes it', '此前没有保活探测');
    }
    const because = [
      unansweredKeepalives > 0
        ? seen(
            last.frame,
            `${unansweredKeepalives} keepalive probes in a row got no answer`,
            `连续 ${unansweredKeepalives} 个保活探测没有应答`,
          )
        : seen(
            last.frame,
            `${keepalives} keepalive probes in a row came last; what answered them here may never have reached the prober`,
            `最后是连续 ${keepalives} 个保活探测；此处看到的应答可能从未到达探测方`,
          ),
      activeShape(e),
      ...doubts(e),
    ];
    if (keepalives > 1 && keepaliveIntervalMs !== undefined) {
      const off = Math.abs(last.beforeMs - keepaliveIntervalMs);
      because.push(
        off <= keepaliveIntervalMs * SCHEDULE_TOLERANCE + 20
          ? seen(
              e.reset.frame,
              `it came ${duration(last.beforeMs)} after the last probe, as the probes came every ${duration(keepaliveIntervalMs)}`,
              `在最后一个探测之后 ${duration(last.beforeMs)} 发出，与 ${duration(keepaliveIntervalMs)} 的探测间隔一致`,
            )
          : against(
              e.reset.frame,
              `it came ${duration(last.beforeMs)} after the last probe, while the probes came every ${duration(keepaliveIntervalMs)}`,
              `在最后一个探测之后 ${duration(last.beforeMs)} 发出，而探测间隔是 ${duration(keepaliveIntervalMs)}`,
            ),
      );
    }
    if (unansweredKeepalives === 0 && keepalives === 1) return possible(...because);
    return standing(because);
  },
});
