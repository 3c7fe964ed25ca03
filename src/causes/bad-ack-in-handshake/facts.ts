import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The third segment of the handshake acknowledged a number the server had not sent',
    '三次握手的第三个报文段确认了服务端没有发出过的序列号',
  ),
  summary: text(
    'The server was in SYN-RECEIVED and got an acknowledgement that does not match its SYN,ACK. It reset that number only; a client with the right numbers ignores it and goes on.',
    '服务端处于 SYN-RECEIVED，收到的确认号与它的 SYN,ACK 对不上，于是只针对那个序列号回 RST；序列号正确的客户端会忽略它，握手照常进行。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  linuxReasons: ['TCP_FLAGS', 'TCP_TOO_OLD_ACK', 'TCP_ACK_UNSENT_DATA'],
  sources: [
    'RFC 9293 §3.10.7.4 (fifth: SYN-RECEIVED)',
    'Linux tcp_check_req(), tcp_rcv_state_process()',
  ],
  claims: ['A3', 'A23'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Look for a device between the two that changes sequence numbers: sequence randomisation on a firewall (Cisco ASA: `set connection random-sequence-number disable`), a SYN proxy, a spoofed segment.',
      '检查中间改写序列号的设备：防火墙的序列号随机化（Cisco ASA：`set connection random-sequence-number disable`）、SYN 代理，或伪造的报文。',
    ),
    text(
      'With several balancers in one SYN-cookie domain, give them the same cookie secret or keep a flow on one of them.',
      '多台负载均衡共同做 SYN cookie 时，让它们使用相同的密钥，或保证一条流只经过其中一台。',
    ),
  ],
  settle: text(
    "Capture on both ends at once: `tcpdump -i any -s 256 -S -w {port}.pcap 'tcp port {port}'`, and compare the ACK as it left {receiverHost} with what arrived at {senderHost}.",
    "两端同时抓包：`tcpdump -i any -s 256 -S -w {port}.pcap 'tcp port {port}'`，比较从 {receiverHost} 发出的 ACK 与 {senderHost} 收到的是否一致。",
  ),
};
