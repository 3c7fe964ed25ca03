import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender asked for a new connection and was answered about another one',
    '发送方请求新连接，得到的却是针对另一条连接的应答',
  ),
  summary: text(
    'The answer to a SYN acknowledged a number that this SYN cannot have produced: an old ' +
      'duplicate SYN had arrived first, or the other end still held an earlier connection on the ' +
      'same four-tuple. The reset clears the old state away, and the new SYN then connects.',
    '对 SYN 的应答确认了一个它不可能产生的序号：要么旧的重复 SYN 先到，要么对端在同一四元组上还' +
      '留着早先的连接。这个 RST 清掉旧状态，随后新的 SYN 就能连上。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 2,
  linuxReasons: ['TCP_INVALID_ACK_SEQUENCE'],
  sources: [
    'RFC 9293 §3.10.7.3',
    'RFC 9293 §3.5.1',
    'RFC 5961 §4',
    'tcp_rcv_synsent_state_process',
  ],
  claims: ['A12', 'A14', 'A23'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Change nothing if it is rare: the sender repeats its SYN (Linux 6.18 after some 10 ms, ' +
        'older stacks after 1 s) and connects.',
      '偶尔出现不必改动：发送方会重发 SYN（Linux 6.18 约 10 ms 后，较老的协议栈 1 s 后）并连' +
        '上。',
    ),
    text(
      'If the sender restarted while the receiver kept its old connections, let the receiver ' +
        'find that out sooner: `net.ipv4.tcp_keepalive_time=60`, `tcp_keepalive_intvl=10`, ' +
        '`tcp_keepalive_probes=6` with SO_KEEPALIVE, or an idle limit in the server.',
      '如果发送方重启而接收方还留着旧连接，让接收方早点发现：开启 SO_KEEPALIVE 并设 ' +
        '`net.ipv4.tcp_keepalive_time=60`、`tcp_keepalive_intvl=10`、`tcp_keepalive_probes=6`，或' +
        '在服务端设空闲上限。',
    ),
    text(
      'If source ports come round too soon, give them more room: ' +
        '`net.ipv4.ip_local_port_range=10240 65535`, more SNAT addresses, `MASQUERADE ' +
        '--random-fully`, connections that are reused in place of new ones.',
      '如果源端口循环得太快，给它更大的空间：`net.ipv4.ip_local_port_range=10240 65535`、更多 ' +
        'SNAT 地址、`MASQUERADE --random-fully`，或复用连接少建新连接。',
    ),
  ],
  settle: text(
    'Run `nstat -az TcpExtTCPChallengeACK TcpExtTCPSYNChallenge` on {receiverHost}: both ' +
      'growing with these resets prove that an old connection was still open there; neither ' +
      'growing, an old duplicate SYN.',
    '在 {receiverHost} 上执行 `nstat -az TcpExtTCPChallengeACK TcpExtTCPSYNChallenge`：两者随这' +
      '类 RST 增长，说明那里还开着旧连接；都不增长，则是旧的重复 SYN。',
  ),
};
