import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A packet left untranslated because conntrack called it INVALID, and its receiver reset it',
    'conntrack 判为 INVALID 的报文未经地址转换就发了出去，被接收方重置',
  ),
  summary: text(
    "A node's connection tracking judged a late or out-of-window packet invalid, so it was not translated back and reached the client from the pod's own address. The client knows no such connection and resets it, and that reset kills the real one.",
    '节点的连接跟踪把一个迟到或超出窗口的报文判为无效，没有做反向地址转换，于是它带着 Pod 自己的地址到了客户端。客户端不认识这个连接，回了 RST，而这个 RST 恰好打断真正的连接。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 3,
  linuxReasons: ['NO_SOCKET'],
  sources: [
    'Linux nf_conntrack_proto_tcp.c tcp_in_window()',
    'kubernetes#74839',
    'sysctl nf_conntrack_tcp_be_liberal',
  ],
  claims: ['A3', 'A23'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Set `net.netfilter.nf_conntrack_tcp_be_liberal=1` on every node (kube-proxy: `conntrack.tcpBeLiberal: true`, Kubernetes 1.29 and later).',
      '在每个节点上设 `net.netfilter.nf_conntrack_tcp_be_liberal=1`（kube-proxy 配置 `conntrack.tcpBeLiberal: true`，Kubernetes 1.29 起支持）。',
    ),
    text(
      'Or drop such packets before they leave: `iptables -I FORWARD -m conntrack --ctstate INVALID -j DROP` (kube-proxy has this rule since 1.15, on FORWARD only).',
      '或在发出之前丢弃：`iptables -I FORWARD -m conntrack --ctstate INVALID -j DROP`（kube-proxy 自 1.15 起自带此规则，但只在 FORWARD 链）。',
    ),
    text(
      'Check that the table is not full: compare `nf_conntrack_count` with `nf_conntrack_max`, and look for `nf_conntrack: table full` in `dmesg`.',
      '确认连接跟踪表没满：比较 `nf_conntrack_count` 与 `nf_conntrack_max`，并在 `dmesg` 里找 `nf_conntrack: table full`。',
    ),
  ],
  settle: text(
    "On the node: `conntrack -S` (column `invalid` rises) and `sysctl -w net.netfilter.nf_conntrack_log_invalid=6`, with `tcpdump -i any -s 256 -w node.pcap 'tcp port {port}'`, which shows both four-tuples.",
    "在节点上执行 `conntrack -S`（看 `invalid` 是否增长）和 `sysctl -w net.netfilter.nf_conntrack_log_invalid=6`，同时 `tcpdump -i any -s 256 -w node.pcap 'tcp port {port}'`，可同时看到两个四元组。",
  ),
};
