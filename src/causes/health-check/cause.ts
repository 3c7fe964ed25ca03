import { defineCause } from '../cause.ts';
import { duration, expected, impossible, possible, seen } from '../finding.ts';
import { nothingSaid, senderWentOn } from '../signs.ts';
import { facts } from './facts.ts';

/** A check that finds the port open leaves at once. */
const LONGEST_CHECK_MS = 2000;

export const healthCheck = defineCause({
  id: 'health-check',
  facts,
  particular: true,
  recognise(e) {
    if (e.sender.role !== 'client' || senderWentOn(e)) {
      return impossible(
        e.reset.frame,
        'not reset by the side that opened it',
        '不是由打开连接的一方复位',
      );
    }
    if (!nothingSaid(e)) {
      return impossible(
        e.sender.firstDataFrame ?? e.receiver.firstDataFrame ?? e.reset.frame,
        'data was exchanged',
        '双方交换过数据',
      );
    }
    if (e.receiver.syn === undefined || e.ackInsteadOfSynAck || e.synAckForOtherSyn) {
      return impossible(e.reset.frame, 'the server had not accepted it', '服务端并未接受这个连接');
    }
    if ((e.sender.syn?.beforeMs ?? 0) > LONGEST_CHECK_MS) {
      return impossible(
        e.sender.syn?.frame ?? e.reset.frame,
        'it stayed open too long for a check',
        '连接保持得太久，不是健康检查',
      );
    }
    const empty = seen(
      e.reset.frame,
      'opened and reset without a byte of data',
      '打开后未传一个字节即复位',
    );
    const { checkCount, checkPeriodMs } = e.surroundings;
    if (checkPeriodMs === undefined) {
      return e.sender.state === 'SYN-SENT' && e.shape !== 'active'
        ? impossible(
            e.reset.frame,
            'half open and not periodic: no check that anyone runs',
            '只是半连接且没有周期：没有哪种健康检查会这样',
          )
        : possible(empty);
    }
    return expected(
      empty,
      seen(
        0,
        `${checkCount} such connections from the same host, one every ${duration(checkPeriodMs)}`,
        `同一主机共有 ${checkCount} 个这样的连接，每 ${duration(checkPeriodMs)} 一个`,
      ),
    );
  },
});
