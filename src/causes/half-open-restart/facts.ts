import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender no longer knows the connection: its host restarted or lost the state',
    '发送方已不认识这条连接：主机重启过，或丢失了连接状态',
  ),
  summary: text(
    "One end held a connection that the other end's TCP has no record of, as after a power " +
      'cut, a rebuilt container or an address that moved to another host. The first segment that ' +
      'reached it was answered with a reset.',
    '一端还保留着连接，另一端的协议栈却没有任何记录：断电重启、容器重建，或地址漂移到另一台主机' +
      '之后就是这样。第一个到达的报文段换来的就是 RST。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 3,
  // NO_SOCKET without a process on the port, TCP_FLAGS where a listener is back: the same wire.
  linuxReasons: ['NO_SOCKET', 'TCP_FLAGS'],
  sources: [
    'RFC 9293 §3.5.1',
    'RFC 9293 §3.10.7.1',
    'tcp_v4_rcv (no_tcp_socket)',
    'tcp_rcv_state_process (TCP_LISTEN)',
  ],
  claims: ['A3', 'A7', 'A8', 'A15'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Let hosts and containers go down with a FIN: stop accepting, finish or close ' +
        'connections on SIGTERM, and keep the network up until then (Kubernetes `preStop: sleep ' +
        '10`, `terminationGracePeriodSeconds` longer than the drain).',
      '让主机和容器以 FIN 退场：收到 SIGTERM 后停止接收新连接、处理完或关闭已有连接，在此之前不' +
        '要拆网络（Kubernetes `preStop: sleep 10`，`terminationGracePeriodSeconds` 大于排空时' +
        '间）。',
    ),
    text(
      'Find dead connections before a request does: Node `socket.setKeepAlive(true, 60_000)`, ' +
        'Go `net.Dialer{KeepAlive: 30 * time.Second}`, Java `SO_KEEPALIVE` with ' +
        '`ExtendedSocketOptions.TCP_KEEPIDLE`, HikariCP `keepaliveTime=120000`.',
      '在请求用到之前就发现死连接：Node `socket.setKeepAlive(true, 60_000)`，Go ' +
        '`net.Dialer{KeepAlive: 30 * time.Second}`，Java `SO_KEEPALIVE` 加 ' +
        '`ExtendedSocketOptions.TCP_KEEPIDLE`，HikariCP `keepaliveTime=120000`。',
    ),
    text(
      'Retry once on a fresh connection when the request is idempotent and no byte of a ' +
        'response came (nginx `proxy_next_upstream error timeout`, Envoy `retry_on: reset`).',
      '请求幂等且一个响应字节都没收到时，换新连接重试一次（nginx `proxy_next_upstream error ' +
        'timeout`，Envoy `retry_on: reset`）。',
    ),
    text(
      'If nothing restarted, look at what sits between: a virtual IP, NAT or balancer that ' +
        'sent the old flow to another host.',
      '如果两端都没有重启，就查中间设备：VIP、NAT 或负载均衡可能把旧连接转给了另一台主机。',
    ),
  ],
  settle: text(
    'Run `uptime -s` on {senderHost} (for a container, its start time): later than the ' +
      "connection's SYN proves it; earlier points to a middlebox or a moved address, and " +
      "`tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` there shows whether the RST really " +
      'leaves that host.',
    '在 {senderHost} 上执行 `uptime -s`（容器则看其启动时间）：晚于连接的 SYN 就是实证；早于它' +
      "则是中间设备或地址漂移，用 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` 看 RST 是否" +
      '真从这台主机发出。',
  ),
};
