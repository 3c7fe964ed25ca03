import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The SYN was answered by an ICMP error: the destination is unreachable',
    'SYN 换来一个 ICMP 错误：目的地不可达',
  ),
  summary: text(
    'A router or firewall, or the host itself, answered the connection attempt with ICMP "destination unreachable". The code says which: no route, no such host, or forbidden by policy.',
    '路由器、防火墙或主机自己用 ICMP“目的地不可达”回应了连接请求。代码说明了原因：没有路由、主机不存在，或策略禁止。',
  ),
  origin: 'unknown',
  benign: false,
  frequency: 3,
  linuxReasons: [],
  sources: ['RFC 792, RFC 4443 §3.1, RFC 1122 §4.2.3.9', 'Linux icmp_err_convert[], tcp_v4_err()'],
  claims: ['A22'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'EHOSTUNREACH', write: 'EHOSTUNREACH' },
  advice: [
    text(
      'Read the code: host or network unreachable (EHOSTUNREACH, ENETUNREACH) is routing or a host that is down, `ip route get ADDRESS`, `ip neigh`; administratively prohibited is a rule; port unreachable is `REJECT` and appears as ECONNREFUSED.',
      '看代码：主机或网络不可达（EHOSTUNREACH、ENETUNREACH）是路由问题或主机不在线，用 `ip route get ADDRESS`、`ip neigh` 查；“管理性禁止”是规则；“端口不可达”是 `REJECT`，应用看到 ECONNREFUSED。',
    ),
    text(
      'Change the rule that rejects: `nft list ruleset | grep reject`, `iptables -S | grep REJECT`, firewalld `firewall-cmd --list-all`, cloud network ACL, Kubernetes Service without endpoints.',
      '修改拒绝的规则：`nft list ruleset | grep reject`、`iptables -S | grep REJECT`、firewalld `firewall-cmd --list-all`、云网络 ACL、没有 endpoint 的 Kubernetes Service。',
    ),
  ],
  settle: text(
    "`tcpdump -i any -nn -v 'icmp or icmp6'` on {receiverHost}: the source address of the ICMP message is the device that refuses; its code says why.",
    "在 {receiverHost} 上执行 `tcpdump -i any -nn -v 'icmp or icmp6'`：ICMP 报文的源地址就是拒绝的那台设备，代码就是理由。",
  ),
};
