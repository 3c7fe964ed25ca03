import { defineCause } from '../cause.ts';
import type { Finding } from '../cause.ts';
import type { Evidence } from '../evidence.ts';
import { against, expected, impossible, possible, seen } from '../finding.ts';
import { notRefusedByClient } from '../handshake.ts';
import { nothingSaid } from '../signs.ts';
import { facts } from './facts.ts';

/** So many endpoints tried and left unused are no application's work. */
const MANY = 12;
/** Half-open probes draw suspicion sooner: a client's own kernel must not know of the SYN. */
const A_FEW = 3;

export const portScan = defineCause({
  id: 'port-scan',
  facts,
  particular: true,
  recognise(e) {
    if (e.reset.mptcp !== undefined) {
      return impossible(e.reset.frame, 'a scanner speaks no MPTCP', '扫描器不使用 MPTCP');
    }
    if (e.surroundings.checkPeriodMs !== undefined) {
      return impossible(
        0,
        'the client comes back to this endpoint at a fixed period: a check, not a scan',
        '客户端按固定周期反复访问这个端点：是检查，不是扫描',
      );
    }
    if (!nothingSaid(e)) {
      return impossible(e.reset.frame, 'data was exchanged', '双方交换过数据');
    }
    const tried = e.surroundings.endpointsProbed;
    const many = seen(
      0,
      `the client tried ${tried} endpoints without using any`,
      `客户端试探了 ${tried} 个端点，一个也没有使用`,
    );
    if (e.shape === 'reply-to-syn') {
      if (e.sender.syn !== undefined) {
        return impossible(e.sender.syn.frame, 'the port had answered', '该端口曾有应答');
      }
      if (e.trigger !== undefined && e.trigger.kind !== 'syn') return noTcpSends(e.trigger.frame);
      if (tried < A_FEW) return hardlyTried();
      const closed = seen(e.reset.frame, 'this one was closed', '这一个是关闭的');
      return tried >= MANY ? expected(many, closed) : possible(many, closed);
    }
    return ofOpenPort(e, tried >= A_FEW ? many : undefined);
  },
});

const noTcpSends = (frame: number): Finding =>
  expected(
    seen(
      frame,
      'a segment with neither SYN nor ACK: no TCP sends one, only probes do',
      '既没有 SYN 也没有 ACK 的报文段：TCP 协议栈不会发，只有探测才会',
    ),
  );

const hardlyTried = (): Finding =>
  impossible(0, 'the client tried hardly any other endpoint', '客户端几乎没有试探其他端点');

/** SYN, SYN,ACK, RST: the scanner's kernel never sent that SYN, or its program hangs up at once. */
function ofOpenPort(e: Evidence, many: ReturnType<typeof seen> | undefined) {
  const halfOpen = notRefusedByClient(e);
  if (halfOpen !== undefined && !(e.shape === 'active' && e.sender.role === 'client'))
    return halfOpen;
  if (e.synAckForOtherSyn || e.ackInsteadOfSynAck || e.impossibleTimestampEcho) {
    return impossible(e.reset.frame, 'the handshake itself went wrong', '握手本身出了差错');
  }
  if (e.aftermath.newSynIn !== undefined && halfOpen === undefined) {
    return impossible(
      e.aftermath.newSynIn.frame,
      'the client went on connecting',
      '客户端仍在继续建立连接',
    );
  }
  const open = seen(
    e.trigger?.frame ?? e.reset.frame,
    'an open port answered with SYN,ACK, and the connection was dropped at once',
    '开放的端口以 SYN,ACK 应答，随即连接被丢弃',
  );
  if (many === undefined) {
    return possible(
      open,
      against(0, 'the client tried hardly any other endpoint', '客户端几乎没有试探其他端点'),
    );
  }
  return halfOpen === undefined || e.surroundings.endpointsProbed >= MANY
    ? expected(open, many)
    : possible(open, many);
}
