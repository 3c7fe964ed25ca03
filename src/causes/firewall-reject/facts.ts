import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "A firewall refused the traffic with a reset in the sender's name",
    '防火墙以发送方的名义用 RST 拒绝了流量',
  ),
  summary: text(
    'A filter rule (reject with tcp reset) or a security device answered in place of the host. ' +
      'The host it speaks for did not send the reset and learns nothing of it.',
    '过滤规则（reject with tcp reset）或安全设备代替主机作了应答。被冒名的主机没有发过这个 ' +
      'RST，也毫不知情。',
  ),
  origin: 'middlebox',
  benign: false,
  frequency: 3,
  linuxReasons: [],
  sources: ['RFC 9293 §3.5.2', 'RFC 3360', 'nft_reject, nf_send_reset'],
  claims: ['A22'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      "Find the rule and allow the flow: `nft list ruleset | grep -n 'reject with tcp reset'`, " +
        '`iptables-save | grep tcp-reset`, the NetworkPolicy or security group in force, on the ' +
        'hosts and on every hop between.',
      "找到规则并放行：`nft list ruleset | grep -n 'reject with tcp reset'`、`iptables-save | " +
        'grep tcp-reset`，以及生效的 NetworkPolicy 或安全组；两端主机和中间每一跳都要查。',
    ),
    text(
      'If it hits connections that had worked, the firewall lost their state: compare ' +
        '`nf_conntrack_tcp_timeout_established` with the idle time, `conntrack -C` with ' +
        '`net.netfilter.nf_conntrack_max`, and the routes in both directions.',
      '如果中招的是原本正常的连接，说明防火墙丢了状态：比对 ' +
        '`nf_conntrack_tcp_timeout_established` 与空闲时间、`conntrack -C` 与 ' +
        '`net.netfilter.nf_conntrack_max`，以及双向路由。',
    ),
    text(
      'Put `ct state established,related accept` before rules that reject, so that a rule ' +
        'change does not cut running connections.',
      '把 `ct state established,related accept` 放在拒绝规则之前，改规则时就不会切断已有连接。',
    ),
  ],
  settle: text(
    "Run `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'` on {senderHost}: a trigger that " +
      'never arrives there, or no reset leaving, proves a device; for a filter on that host ' +
      "itself, `nft monitor trace` or the rule's counter does.",
    "在 {senderHost} 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port {port}'`：触发的报文没有" +
      '到达，或没有 RST 发出，就证明是中间设备；若是本机过滤，则看 `nft monitor trace` 或规则计数' +
      '器。',
  ),
};
