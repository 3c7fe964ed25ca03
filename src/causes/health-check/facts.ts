import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A health check opened the connection and reset it on purpose',
    '健康检查建立连接后有意将其重置',
  ),
  summary: text(
    'A balancer or monitor tests the port: it connects, sends nothing, and ends with a reset so that neither side keeps a TIME-WAIT. It comes at a fixed period and is no error.',
    '负载均衡或监控在探测端口：连上之后不发数据，直接以 RST 结束，双方都不留 TIME-WAIT。它按固定周期出现，不是故障。',
  ),
  origin: 'endpoint',
  benign: true,
  frequency: 5,
  linuxReasons: ['TCP_STATE', 'NO_SOCKET'],
  sources: ['HAProxy: option tcp-check, check', 'Linux tcp_disconnect()', 'RFC 9293 §3.10.5'],
  claims: ['A5'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Ignore it in logs and alerts: filter on the address of the checker and zero bytes received.',
      '在日志和告警里忽略它：按探测方地址加“收到 0 字节”过滤。',
    ),
    text(
      'Use a check that speaks the protocol if the noise disturbs: HAProxy `option httpchk GET /healthz`, Kubernetes `httpGet` or `grpc` probe in place of `tcpSocket`, NLB health check protocol HTTP.',
      '嫌吵就改用应用层探测：HAProxy `option httpchk GET /healthz`，Kubernetes 用 `httpGet` 或 `grpc` 代替 `tcpSocket`，NLB 健康检查协议选 HTTP。',
    ),
  ],
  settle: text(
    "Capture for some minutes, `tcpdump -i any -s 128 -w h.pcap 'src host {senderHost} and tcp port {port} and tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'`: a fixed period from one source settles it.",
    "抓几分钟：`tcpdump -i any -s 128 -w h.pcap 'src host {senderHost} and tcp port {port} and tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'`；同一来源、固定周期即可定论。",
  ),
};
