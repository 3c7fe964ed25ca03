import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The server's host refused: nothing listens on the port",
    '服务端主机拒绝连接：该端口没有进程在监听',
  ),
  summary: text(
    'The SYN reached a host that has no listening socket for this address and port: the ' +
      'service is down, still starting, on another port, or bound to another address. Not a byte ' +
      'of the request was sent, so a retry is safe.',
    'SYN 到达了主机，但该地址和端口上没有监听套接字：服务没启动、还在启动、端口不对，或只绑定在' +
      '别的地址上。请求一个字节都没发出去，可以放心重试。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 5,
  linuxReasons: ['NO_SOCKET'],
  sources: [
    'RFC 9293 §3.10.7.1',
    'RFC 9293 §3.5.2',
    'tcp_v4_rcv (no_tcp_socket)',
    'tcp_v4_send_reset',
  ],
  claims: ['A1', 'A2', 'A25', 'D1'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'ECONNREFUSED', write: 'EPIPE' },
  advice: [
    text(
      'Start the service, and send it clients only when it is ready: Kubernetes ' +
        '`readinessProbe`, Compose `depends_on: { condition: service_healthy }`.',
      '先启动服务，就绪之后再放流量进来：Kubernetes 用 `readinessProbe`，Compose 用 ' +
        '`depends_on: { condition: service_healthy }`。',
    ),
    text(
      'Compare port and address with `ss -ltnp` on the server: a service bound to 127.0.0.1 ' +
        'refuses every other address; bind 0.0.0.0 or [::], and check the right-hand side of ' +
        '`docker run -p host:container`.',
      '在服务端用 `ss -ltnp` 核对端口和地址：只绑定 127.0.0.1 的服务会拒绝其他地址来的连接，应' +
        '绑定 0.0.0.0 或 [::]；容器还要核对 `docker run -p 主机端口:容器端口` 的右半边。',
    ),
    text(
      'Call listen() before the address is published: a socket that is bound and not yet ' +
        'listening refuses just the same.',
      '先调用 listen() 再对外公布地址：只 bind 而没有 listen 的套接字同样会拒绝连接。',
    ),
    text(
      'Retry ECONNREFUSED with backoff in the client (nginx `proxy_next_upstream error`, Envoy ' +
        '`retry_on: connect-failure`).',
      '客户端对 ECONNREFUSED 做退避重试（nginx `proxy_next_upstream error`，Envoy `retry_on: ' +
        'connect-failure`）。',
    ),
  ],
  settle: text(
    "Run `ss -ltnp 'sport = :{port}'` on {senderHost}: no line proves it; a listener on that " +
      "address points to a rule that answers in its place (`nft list ruleset | grep -n 'reject " +
      "with tcp reset'`).",
    "在 {senderHost} 上执行 `ss -ltnp 'sport = :{port}'`：没有输出就是实证；若该地址上确有监" +
      "听，则是防火墙规则代答（`nft list ruleset | grep -n 'reject with tcp reset'`）。",
  ),
};
