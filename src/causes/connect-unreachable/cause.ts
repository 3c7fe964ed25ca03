import { defineCause } from '../cause.ts';
import { expected, impossible, possible, seen } from '../finding.ts';
import { facts } from './facts.ts';

export const connectUnreachable = defineCause({
  id: 'connect-unreachable',
  facts,
  particular: true,
  recognise: (e) =>
    impossible(e.reset.frame, 'the connection ended with a reset', '连接以 RST 结束'),
  recogniseFailure(e) {
    // Many a capture holds TCP alone, and a cut one no ICMP that can be read.
    if (e.kind === 'syn-unanswered') return possible();
    if (e.kind !== 'unreachable') {
      return impossible(e.frame, 'no ICMP error answered', '没有 ICMP 错误应答');
    }
    return expected(
      seen(
        e.frame,
        `answered by ICMP: ${e.icmp ?? 'error'}`,
        `得到的应答是 ICMP：${e.icmp ?? '错误'}`,
      ),
    );
  },
});
