import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'A third party forged the reset in the name of the sender',
    '有第三方冒充发送方伪造了 RST',
  ),
  summary: text(
    'A device on the path, a censor, an intrusion prevention system or a provider, sent the reset under the address of the sender. The sender itself knew nothing of it and, seen from here, may even go on sending.',
    '链路上的设备（审查系统、入侵防御、运营商）以发送方的地址伪造了 RST。真正的发送方并不知情，从抓包里甚至能看到它还在继续发送。',
  ),
  origin: 'middlebox',
  benign: false,
  frequency: 3,
  linuxReasons: [],
  sources: [
    'RFC 5961 §3',
    'Weaver, Sommer, Paxson: Detecting Forged TCP Reset Packets (NDSS 2009)',
    'RFC 3360',
  ],
  claims: ['B3'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      "Find the device: repeat the connection with `tcptraceroute` or a rising TTL, and compare the reset's hop count with the host's; then ask its owner for an exception (IPS action `reset-both`, URL category, SNI).",
      '定位设备：用 `tcptraceroute` 或逐跳增大 TTL 重复连接，比较 RST 与真实主机的跳数；然后找其管理者加例外（IPS 的 `reset-both` 动作、URL 分类、SNI）。',
    ),
    text(
      'If it reacts to what it reads, give it less to read: TLS with ECH, a VPN or a tunnel, or another port, within the policy that holds for you.',
      '若它是按内容触发，就让它少看到内容：TLS 加 ECH、VPN 或隧道、换端口，前提是符合你须遵守的规定。',
    ),
    text(
      'Do not filter resets on the host (`iptables … --tcp-flags RST RST -j DROP`): genuine ones get lost too and connections hang.',
      '不要在主机上过滤 RST（`iptables … --tcp-flags RST RST -j DROP`）：真的 RST 也会丢，连接会一直挂着。',
    ),
  ],
  settle: text(
    "Capture on {senderHost} at the same time: `tcpdump -i any -s 256 -w far.pcap 'tcp port {port}'`; if this reset is not among the packets it sent, it was forged.",
    "同时在 {senderHost} 上抓包：`tcpdump -i any -s 256 -w far.pcap 'tcp port {port}'`；若它发出的包里没有这个 RST，就是伪造的。",
  ),
};
