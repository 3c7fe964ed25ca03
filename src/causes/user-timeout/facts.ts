import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The sender's TCP_USER_TIMEOUT ran out before the receiver answered",
    '接收方迟迟不应答，发送方的 TCP_USER_TIMEOUT 到期',
  ),
  summary: text(
    'The application limited how long sent data or keepalive probes may stay unanswered, and ' +
      'the limit was reached. On Linux an idle, probed connection is reset at once; one with ' +
      "unacknowledged data ends in silence, and the receiver's next segment draws the reset.",
    '应用限定了已发数据或保活探测可以多久得不到应答，现在期限已到。Linux 上，空闲且正在探测的连' +
      '接立即发 RST；有未确认数据的连接则无声结束，等接收方下一个报文段到来才发 RST。',
  ),
  origin: 'endpoint',
  refines: ['keepalive-timeout', 'retransmission-timeout'],
  benign: false,
  frequency: 2,
  // TCP_KEEPALIVE_TIMEOUT on an idle connection; NO_SOCKET answers a later segment.
  linuxReasons: ['TCP_KEEPALIVE_TIMEOUT', 'NO_SOCKET'],
  sources: [
    'RFC 5482',
    'RFC 9293 §3.8.3',
    'tcp(7), TCP_USER_TIMEOUT',
    'tcp_keepalive_timer',
    'tcp_write_timeout',
  ],
  claims: ['A9'],
  senderApp: { read: 'ETIMEDOUT', write: 'EPIPE' },
  advice: [
    text(
      'Raise the limit above the longest outage the connection should survive: ' +
        'TCP_USER_TIMEOUT in ms, HAProxy `tcp-ut 60s`, PostgreSQL `tcp_user_timeout=60000`, gRPC ' +
        'keepalive timeout (it sets TCP_USER_TIMEOUT too), Netty ' +
        '`EpollChannelOption.TCP_USER_TIMEOUT`.',
      '把期限调到连接应能挺过的最长中断之上：TCP_USER_TIMEOUT（毫秒）、HAProxy `tcp-ut 60s`、' +
        'PostgreSQL `tcp_user_timeout=60000`、gRPC 的 keepalive timeout（它同时设置 ' +
        'TCP_USER_TIMEOUT）、Netty `EpollChannelOption.TCP_USER_TIMEOUT`。',
    ),
    text(
      'With keepalive, keep it no smaller than TCP_KEEPIDLE + TCP_KEEPINTVL x TCP_KEEPCNT: it ' +
        'overrides TCP_KEEPCNT and may end the connection after the first unanswered probe.',
      '与保活同用时，不要小于 TCP_KEEPIDLE + TCP_KEEPINTVL × TCP_KEEPCNT：它会取代 ' +
        'TCP_KEEPCNT，可能第一个探测无应答就结束连接。',
    ),
    text(
      'Look for the loss behind it with captures on both hosts; the limit only made it visible ' +
        'sooner.',
      '两端抓包查清背后的丢包：期限只是让问题早些暴露。',
    ),
  ],
  settle: text(
    'Run `strace -f -e trace=setsockopt -p PID` on {senderHost} from the start of a ' +
      'connection: TCP_USER_TIMEOUT with a value equal to the silence before the end proves it; ' +
      '`nstat -az TcpExtTCPAbortOnTimeout` grows by one.',
    '在 {senderHost} 上从建立连接起执行 `strace -f -e trace=setsockopt -p PID`：' +
      'TCP_USER_TIMEOUT 的值等于结束前的沉默时间，即为实证；`nstat -az TcpExtTCPAbortOnTimeout` ' +
      '加一。',
  ),
};
