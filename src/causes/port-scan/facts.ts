import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text('A port scan probed this port', '有人在用端口扫描探测这个端口'),
  summary: text(
    'Someone sent single SYNs or odd segments to many ports or hosts: a reset from the target means closed, a SYN,ACK that the scanner itself resets means open, silence means filtered. No connection of yours was harmed.',
    '有人向许多端口或主机发送单个 SYN 或畸形报文：目标回 RST 表示端口关闭；目标回 SYN,ACK、扫描方自己再 RST 表示开放；没有回应表示被过滤。没有任何正常连接受影响。',
  ),
  origin: 'endpoint',
  benign: true,
  frequency: 4,
  linuxReasons: ['NO_SOCKET', 'TCP_FLAGS'],
  sources: [
    'RFC 9293 §3.10.7.1, §3.10.7.2',
    'Linux tcp_v4_rcv() no_tcp_socket, tcp_v4_send_reset()',
  ],
  claims: ['A25'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'If the source is your own (inventory, vulnerability scanner), leave it out of alerts; if not, drop it at the edge: `nft add rule inet filter input ip saddr ADDRESS drop`, a rate limit, or the cloud firewall.',
      '来源若是自家的资产盘点或漏洞扫描，从告警中排除；否则在边界丢弃：`nft add rule inet filter input ip saddr ADDRESS drop`、限速，或用云防火墙。',
    ),
    text(
      'Close what it found open and you do not need: `ss -ltnp` lists the listeners.',
      '扫到开放而又不需要的端口就关掉：`ss -ltnp` 列出所有监听。',
    ),
  ],
  settle: text(
    "Capture for a minute without the port: `tcpdump -i any -s 128 -w scan.pcap 'host {senderHost} and tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'`, and count the distinct ports and hosts.",
    "不限端口抓一分钟：`tcpdump -i any -s 128 -w scan.pcap 'host {senderHost} and tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'`，数一数涉及多少个端口和主机。",
  ),
};
