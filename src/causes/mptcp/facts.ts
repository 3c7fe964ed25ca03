import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'Multipath TCP ended a subflow or the whole connection, and said why in an option',
    '多路径 TCP 结束了一条子流或整个连接，并在选项里写明原因',
  ),
  summary: text(
    'The reset carries an MPTCP option: MP_TCPRST with a reason code for one subflow, or MP_FASTCLOSE for the whole connection. With MP_TCPRST the data goes on over the other subflows.',
    '这个 RST 带有 MPTCP 选项：MP_TCPRST 附原因码，只结束一条子流；MP_FASTCLOSE 则中止整个连接。若是 MP_TCPRST，数据会继续走其他子流。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  linuxReasons: [
    'MPTCP_RST_EUNSPEC',
    'MPTCP_RST_EMPTCP',
    'MPTCP_RST_EPROHIBIT',
    'MPTCP_RST_EMIDDLEBOX',
    'TCP_ABORT_ON_CLOSE',
  ],
  sources: [
    'RFC 8684 §3.5 (MP_FASTCLOSE), §3.6 (MP_TCPRST)',
    'Linux mptcp_subflow_reset(), mptcp_do_fastclose()',
  ],
  claims: [],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Unknown token (reason 1): a balancer sent the MP_JOIN to another backend; route joins to the same host, or set `net.mptcp.allow_join_initial_addr_port=0` and announce an address of its own.',
      '令牌未知（原因码 1）：负载均衡把 MP_JOIN 送到了别的后端；让 JOIN 回到同一台主机，或设 `net.mptcp.allow_join_initial_addr_port=0` 并通告各自独立的地址。',
    ),
    text(
      'MP_FASTCLOSE: look for the plain cause behind it, close() with unread data or SO_LINGER 0 in that program.',
      'MP_FASTCLOSE：去查背后的普通原因，即该程序带着未读数据 close()，或设置了 SO_LINGER 为 0。',
    ),
  ],
  settle: text(
    'On {senderHost}: `ip mptcp monitor` and `nstat -az | grep MPTcpExt` (MPRstTx, MPFastcloseTx, MPJoinNoTokenFound) while it happens.',
    '问题发生时在 {senderHost} 上执行 `ip mptcp monitor` 和 `nstat -az | grep MPTcpExt`（看 MPRstTx、MPFastcloseTx、MPJoinNoTokenFound）。',
  ),
};
