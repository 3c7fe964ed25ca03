import { defineCause } from '../cause.ts';
import { duration, expected, impossible, seen, times } from '../finding.ts';
import { facts } from './facts.ts';

export const connectTimeout = defineCause({
  id: 'connect-timeout',
  facts,
  particular: true,
  recognise: (e) =>
    impossible(e.reset.frame, 'the connection ended with a reset', '连接以 RST 结束'),
  recogniseFailure(e) {
    if (e.kind !== 'syn-unanswered') {
      return impossible(e.frame, 'the SYN was answered', 'SYN 得到了应答');
    }
    const because = [
      e.attempts === 1
        ? seen(e.frame, 'the SYN was sent once, and not answered', 'SYN 只发送了一次，没有得到应答')
        : seen(
            e.receiver.syn?.frame ?? e.frame,
            `the SYN was sent ${times(e.attempts)} over ${duration(e.silentMs)} and never answered`,
            `SYN 在 ${duration(e.silentMs)} 内发送了 ${e.attempts} 次，从未得到应答`,
          ),
    ];
    if (e.surroundings.acceptedBefore + e.surroundings.acceptedAfter > 0) {
      because.push(
        seen(
          0,
          'the same endpoint did accept others: its accept queue may have been full',
          '同一端点接受过其他连接：可能是它的全连接队列已满',
        ),
      );
    }
    return expected(...because);
  },
});
