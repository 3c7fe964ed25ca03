import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A new connection reused the four-tuple of one that the other end still holds',
    '新连接复用了对端仍然持有的四元组',
  ),
  summary: text(
    'A restarted client, or a NAT that ran short of ports, sent a SYN on addresses and ports of a connection still open at the server. The server answered with a challenge ACK, the client reset that, and the old connection died so that the new one could begin.',
    '重启过的客户端，或端口紧张的 NAT，用服务端仍保持连接的地址和端口发出了 SYN。服务端回 challenge ACK，客户端对它回 RST，旧连接就此结束，新连接随即建立。',
  ),
  origin: 'endpoint',
  refines: 'handshake-ack-unacceptable',
  benign: false,
  frequency: 3,
  linuxReasons: ['TCP_INVALID_ACK_SEQUENCE'],
  sources: [
    'RFC 5961 §4.2',
    'RFC 9293 §3.10.7.3 (first: check the ACK bit)',
    'Linux tcp_send_challenge_ack(), tcp_rcv_synsent_state_process()',
  ],
  claims: ['A14'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Give the NAT more ports for each destination: more SNAT addresses, `iptables … -j MASQUERADE --random-fully`, AWS NAT gateway secondary addresses, Cloud NAT `--min-ports-per-vm`.',
      '让 NAT 对每个目的地有更多端口可用：增加 SNAT 地址，`iptables … -j MASQUERADE --random-fully`，AWS NAT 网关加辅助 IP，Cloud NAT 调 `--min-ports-per-vm`。',
    ),
    text(
      'Let the NAT remember closed and idle connections at least as long as the server does: `net.netfilter.nf_conntrack_tcp_timeout_time_wait=120`, and keepalives on the server (`TCP_KEEPIDLE` 60) so that dead ones leave.',
      '让 NAT 的记忆不短于服务端：`net.netfilter.nf_conntrack_tcp_timeout_time_wait=120`；服务端开保活（`TCP_KEEPIDLE` 60），及时清掉死连接。',
    ),
    text(
      'Widen `net.ipv4.ip_local_port_range` to `1024 65535` on busy clients, and do not bind clients to a fixed source port.',
      '繁忙的客户端把 `net.ipv4.ip_local_port_range` 放宽到 `1024 65535`，客户端不要绑定固定源端口。',
    ),
  ],
  settle: text(
    'On {receiverHost}, before the next one: `ss -tno dst {senderHost}` lists connections it still holds from there; `nstat -az TcpExtTCPSYNChallenge` counts these events.',
    '在 {receiverHost} 上、下次发生之前执行 `ss -tno dst {senderHost}`，列出它仍持有的来自对方的连接；`nstat -az TcpExtTCPSYNChallenge` 统计此类事件。',
  ),
};
