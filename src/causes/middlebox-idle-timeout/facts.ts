import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A device on the path forgot the idle connection and reset the next segment',
    '链路上的设备忘掉了空闲连接，随后到来的报文段被重置',
  ),
  summary: text(
    'A load balancer, NAT or firewall drops connections that were idle for longer than its timer, without a word. The next segment finds no entry, and the device, or the wrong backend behind it, answers with a reset.',
    '负载均衡、NAT 或防火墙会悄悄清除空闲超过时限的连接。下一个报文段找不到表项，由设备自己，或由被错投的后端回 RST。',
  ),
  origin: 'middlebox',
  benign: false,
  frequency: 4,
  linuxReasons: ['NO_SOCKET', 'TCP_FLAGS'],
  sources: [
    'RFC 5382 §5 (REQ-5: NAT idle timeout)',
    'AWS NLB 350 s, Azure 240 s, IPVS 900 s, GCP 600 s (defaults)',
  ],
  claims: ['A3'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Send keepalives well below the shortest timer on the path: Node `socket.setKeepAlive(true, 60_000)`, Java `TCP_KEEPIDLE` 60, or `net.ipv4.tcp_keepalive_time=60` inside the network namespace of the pod, for programs that set SO_KEEPALIVE.',
      '以明显短于路径上最小时限的间隔发保活：Node `socket.setKeepAlive(true, 60_000)`，Java `TCP_KEEPIDLE` 60；已设 SO_KEEPALIVE 的程序也可在 Pod 的网络命名空间里设 `net.ipv4.tcp_keepalive_time=60`。',
    ),
    text(
      "Or raise the device's timer: AWS NLB `tcp.idle_timeout.seconds` (60 to 6000, default 350), Azure `idle_timeout_in_minutes = 30` with `enable_tcp_reset = true`, IPVS `ipvsadm --set 7500 120 300`.",
      '或调大设备的时限：AWS NLB `tcp.idle_timeout.seconds`（60 到 6000，默认 350），Azure `idle_timeout_in_minutes = 30` 并设 `enable_tcp_reset = true`，IPVS `ipvsadm --set 7500 120 300`。',
    ),
    text(
      'Or retire idle pool connections first: HikariCP `keepaliveTime=120000`, pg `idleTimeoutMillis`, librdkafka `connections.max.idle.ms=180000`, gRPC keepalive pings.',
      '或让连接池先行淘汰空闲连接：HikariCP `keepaliveTime=120000`，pg `idleTimeoutMillis`，librdkafka `connections.max.idle.ms=180000`，gRPC keepalive ping。',
    ),
  ],
  settle: text(
    "Capture on {senderHost} at the same time: `tcpdump -i any -s 256 -w far.pcap 'tcp port {port}'`; if that host neither received the last segment nor sent this reset, a device between did.",
    "同时在 {senderHost} 上抓包：`tcpdump -i any -s 256 -w far.pcap 'tcp port {port}'`；若那台主机既没收到最后的报文段，也没发过这个 RST，就是中间设备所为。",
  ),
};
