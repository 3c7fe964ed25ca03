import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The connection was reset right after the TLS ClientHello',
    'TLS ClientHello 一发出，连接就被重置',
  ),
  summary: text(
    'The handshake of TCP worked, the client sent its ClientHello, and no ServerHello came back. A firewall or proxy rejected the name, version or category in it, or the server refuses TLS on this port.',
    'TCP 握手正常，客户端发出 ClientHello 之后却没有等到 ServerHello。要么防火墙或代理按其中的域名、版本、分类拒绝了它，要么服务端在这个端口上不接受这样的 TLS。',
  ),
  origin: 'unknown',
  benign: false,
  frequency: 4,
  linuxReasons: ['TCP_ABORT_ON_CLOSE', 'TCP_STATE'],
  sources: ['RFC 8446 §4.1.2 (ClientHello), §6 (alerts)', 'RFC 6066 §3 (server_name)', 'RFC 3360'],
  claims: ['A22'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Send the traffic through the proxy that the network wants (`HTTPS_PROXY=http://proxy:3128`, npm `https-proxy`), or have the server name put on its allow-list.',
      '走网络要求的代理（`HTTPS_PROXY=http://proxy:3128`，npm `https-proxy`），或请管理员把该域名加入放行名单。',
    ),
    text(
      'Check SNI and versions: `openssl s_client -connect ADDRESS -servername NAME -tls1_2`, then `-tls1_3`, then `-noservername`; what changes the outcome is what is being judged.',
      '检查 SNI 与版本：`openssl s_client -connect ADDRESS -servername NAME -tls1_2`，再试 `-tls1_3`、`-noservername`；哪一项改变了结果，被拒的就是哪一项。',
    ),
    text(
      'On a server of your own: check the certificate for that name, `ssl_protocols TLSv1.2 TLSv1.3;`, and that the port speaks TLS at all.',
      '若服务端是自己的：检查该域名的证书、`ssl_protocols TLSv1.2 TLSv1.3;`，以及这个端口到底是不是 TLS。',
    ),
  ],
  settle: text(
    "Run `openssl s_client -connect {senderHost}:{port} -servername example.com -msg` beside `tcpdump -i any -v -s 512 -w tls.pcap 'tcp port {port}'`, with the wanted name and with another: a reset for one name only is a policy; its TTL tells whose.",
    "一边 `tcpdump -i any -v -s 512 -w tls.pcap 'tcp port {port}'`，一边用目标域名和另一个域名各跑一次 `openssl s_client -connect {senderHost}:{port} -servername example.com -msg`：只有某个域名被重置就是策略拦截，RST 的 TTL 会告诉你是谁。",
  ),
};
