import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** nginx, and the AWS load balancers whose codes stand beside it. */
export const NGINX: readonly ErrorText[] = [
  {
    id: 'nginx-upstream-reset',
    name: 'nginx: recv() failed (104: Connection reset by peer) while reading … upstream',
    pattern:
      /\b(?:recv|readv|send|writev)\(\) failed \(104: [^)\n]{1,60}\) while [^\n,]{0,60}upstream/,
    wire: 'reset',
    happened: text(
      'A reset came from the upstream while nginx waited for its response or read it.',
      'nginx 在等待或读取上游响应时，上游发来了 RST。',
    ),
    canMean: [
      'keepalive-race',
      'mass-restart',
      'early-response',
      'close-with-unread-data',
      'linger-zero',
      'middlebox-idle-timeout',
    ],
    cannotMean: [
      wrong.notHangUp,
      text(
        'It is not the browser: “upstream” is the server behind nginx.',
        '与浏览器无关：upstream 是 nginx 后面的服务。',
      ),
    ],
    next: next.here,
    more: text(
      'With `keepalive` in the upstream block: make the server’s idle timeout longer than `keepalive_timeout` there (60 s).',
      'upstream 里用了 `keepalive` 的话：让后端的空闲超时长于那里的 `keepalive_timeout`（60 s）。',
    ),
  },
  {
    id: 'nginx-client-reset',
    name: 'nginx: recv() failed (104: Connection reset by peer) while … client',
    pattern:
      /\b(?:recv|readv|send|writev)\(\) failed \((?:104|32): [^)\n]{1,60}\) while (?:sending to client|reading client|waiting for request|[^\n,]{0,60}keepalive|[^\n,]{0,40}client)/,
    wire: 'reset',
    happened: text(
      'The client’s side was reset: it left while nginx waited for it or sent to it.',
      '客户端一侧被重置：nginx 正在等它或给它发数据时，它走了。',
    ),
    canMean: causes.clientLeft,
    cannotMean: [text('It is not the upstream.', '与上游无关。')],
    next: next.here,
  },
  {
    id: 'nginx-upstream-prematurely-closed',
    name: 'nginx: upstream prematurely closed connection',
    pattern: /upstream prematurely closed connection(?: while reading [a-z ]{1,40})?/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart'],
    cannotMean: [
      wrong.noReset,
      text(
        'It is not a timeout: that says “upstream timed out (110)”.',
        '它不是超时：超时会写“upstream timed out (110)”。',
      ),
    ],
    next: next.server,
    more: text(
      '“while reading response header”: not one byte of a response. “while reading upstream”: cut in the middle.',
      '“while reading response header”：一个响应字节都没收到；“while reading upstream”：响应中途被切断。',
    ),
  },
  {
    id: 'nginx-upstream-refused',
    name: 'nginx: connect() failed (111: Connection refused) while connecting to upstream',
    pattern:
      /connect\(\) (?:to [^\n]{1,120} )?failed \(111: [^)\n]{1,60}\)(?: while connecting to upstream)?|\(111: Connection refused\)/,
    wire: 'refused',
    happened: happened.refused,
    canMean: causes.refused,
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
    more: text(
      'For a Unix socket (`unix:/…`) there is no packet at all: the listening process is gone.',
      '若上游是 Unix 套接字（`unix:/…`），则没有任何报文：监听进程不在了。',
    ),
  },
  {
    id: 'nginx-upstream-timed-out',
    name: 'nginx: upstream timed out (110: Connection timed out)',
    pattern: /upstream timed out \(110: [^)\n]{1,60}\)(?: while [a-z ]{1,60})?/,
    wire: 'silence',
    happened: text(
      '“while connecting”: the SYN was not answered in `proxy_connect_timeout`. “while reading response header”: connected, and no answer in `proxy_read_timeout` (60 s).',
      '“while connecting”：`proxy_connect_timeout` 内 SYN 无应答；“while reading response header”：已连上，但 `proxy_read_timeout`（60 s）内没有响应。',
    ),
    canMean: ['connect-timeout', 'retransmission-timeout', 'middlebox-idle-timeout'],
    cannotMean: [text('The upstream did not reset it.', '不是上游重置的。')],
    next: next.withIcmp,
  },
  {
    id: 'nginx-ssl-handshake-reset',
    name: 'nginx: peer closed connection in SSL handshake (104: Connection reset by peer)',
    pattern:
      /(?:SSL_do_handshake\(\) failed|peer closed connection in SSL handshake) \(104: [^)\n]{1,60}\)/,
    wire: 'reset',
    happened: text('A reset came in the middle of the TLS handshake.', 'TLS 握手中途收到了 RST。'),
    canMean: [...causes.tls, 'client-abort', 'health-check'],
    cannotMean: [text('It is not a bad certificate.', '它不是证书问题。')],
    next: next.here,
  },
  {
    id: 'nginx-ssl-handshake-closed',
    name: 'nginx: peer closed connection in SSL handshake',
    pattern: /peer closed connection in SSL handshake(?! \(104)/,
    wire: 'fin',
    happened: text(
      'The other end closed with FIN in the middle of the TLS handshake.',
      'TLS 握手中途，对端以 FIN 关闭。',
    ),
    canMean: ['closed-before-response', 'tls-rejected', 'health-check'],
    cannotMean: [wrong.noReset],
    next: next.here,
  },
  {
    id: 'nginx-ssl-handshake-failed',
    name: 'nginx: SSL_do_handshake() failed (SSL: error:…)',
    pattern: /SSL_do_handshake\(\) failed(?! \(104)/,
    wire: 'above-tcp',
    happened: text(
      'TLS itself failed: versions, ciphers, certificate or name. TCP carried the alert in good order; the FIN or RST after it is a consequence.',
      '是 TLS 自己失败了：版本、套件、证书或域名不合。TCP 正常地送达了告警，之后的 FIN 或 RST 只是结果。',
    ),
    canMean: ['tls-rejected'],
    cannotMean: [wrong.notNetwork],
    next: text(
      "Read the words after `SSL:` first. Then `openssl s_client -connect HOST:{port} -servername NAME`, beside `tcpdump -i any -s 512 -w tls.pcap 'tcp port {port}'`.",
      "先看 `SSL:` 后面的文字。再一边 `tcpdump -i any -s 512 -w tls.pcap 'tcp port {port}'`，一边 `openssl s_client -connect HOST:{port} -servername NAME`。",
    ),
    more: text(
      'nginx as a client sends no SNI unless `proxy_ssl_server_name on;`.',
      'nginx 作为客户端默认不发 SNI，需要 `proxy_ssl_server_name on;`。',
    ),
  },
  {
    id: 'nginx-499',
    name: 'nginx: 499 (client closed request)',
    pattern:
      /^\s{0,8}499\s{0,8}$|" 499 (?:\d|-)|\b(?:status|code|nginx|HTTP(?:\/\d(?:\.\d)?)?)["':=\s]{1,4}499\b|client (?:prematurely )?closed (?:request|connection)/i,
    wire: 'either',
    happened: text(
      'The client closed, by FIN or by reset, before nginx had sent the response.',
      '客户端在 nginx 发出响应之前关闭了连接，可能是 FIN，也可能是 RST。',
    ),
    canMean: ['client-abort', 'connect-cancelled'],
    cannotMean: [
      text(
        'It was never sent to anyone: 499 exists in the log only.',
        '499 从未发给任何人，只存在于日志里。',
      ),
      text(
        'It is not an error of the upstream, though a slow one provokes it.',
        '它不是上游的错误，尽管上游太慢会招来它。',
      ),
    ],
    next: next.here,
    more: text(
      'The same request time on many of them (10, 30, 60 s) is a client’s timeout.',
      '很多 499 的请求时长相同（10、30、60 s），就是某个客户端的超时。',
    ),
  },
  {
    id: 'alb-460',
    name: 'AWS ALB: HTTP 460',
    pattern: /\bHTTP 460\b|elb_status_code["':=\s]{1,4}460\b| -1 460 - /i,
    wire: 'either',
    happened: text(
      'The client closed its connection to the balancer before the idle timeout and before the answer.',
      '客户端在空闲超时之前、响应到来之前，关闭了与负载均衡的连接。',
    ),
    canMean: ['client-abort'],
    cannotMean: [text('It is not an error of the target.', '它不是后端的错误。')],
    next: next.here,
  },
  {
    id: 'alb-502',
    name: 'AWS ALB: 502 without a target status',
    pattern:
      / -1 502 - |elb_status_code["':=\s]{1,4}502\b[^\n]{0,200}target_status_code["':=\s]{1,4}-|\bHTTPCode_ELB_502_Count\b/i,
    wire: 'either',
    happened: text(
      'The target ended the connection, by FIN or RST, while the balancer had a request on it; or reset the connection attempt.',
      '负载均衡的请求还在等响应，后端就以 FIN 或 RST 结束了连接；或者直接拒绝了连接请求。',
    ),
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart', 'closed-port'],
    cannotMean: [text('The target did not answer 502 itself.', '502 不是后端自己返回的。')],
    next: next.server,
    more: text(
      'First suspect: the target’s keep-alive timeout below the balancer’s 60 s.',
      '首先怀疑：后端的 keep-alive 超时短于负载均衡的 60 s。',
    ),
  },
];
