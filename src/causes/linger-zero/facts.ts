import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender aborted on purpose: close() with SO_LINGER set to 0 seconds',
    '发送方主动中止连接：SO_LINGER 设为 0 秒后调用 close()',
  ),
  summary: text(
    'An application asked for an abortive close. The kernel threw away what it had not yet ' +
      'sent, reset the connection and skipped TIME_WAIT.',
    '应用要求以中止方式关闭：内核丢弃还没发出的数据，直接发 RST，并跳过 TIME_WAIT。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 3,
  // Not TCP_ABORT_ON_LINGER (that is TCP_LINGER2 < 0). With unread data the kernel says
  // TCP_ABORT_ON_CLOSE, because it tests for unread data first: close-with-unread-data.
  linuxReasons: ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
  sources: ['RFC 9293 §3.10.5 (ABORT)', 'RFC 1122 §4.2.2.13', '__tcp_close', 'tcp_disconnect'],
  claims: ['A5', 'B1', 'B2', 'B4', 'B7', 'D2', 'D3', 'D4'],
  senderApp: { read: 'closed by itself', write: 'closed by itself' },
  advice: [
    text(
      'Remove the abortive close: SO_LINGER {1, 0} in C, Go `SetLinger(0)`, Java ' +
        '`setSoLinger(true, 0)`, .NET `LingerOption(true, 0)` and `Close(0)`, Node ' +
        '`socket.resetAndDestroy()` in favour of `socket.end()`.',
      '去掉中止式关闭：C 的 SO_LINGER {1, 0}、Go `SetLinger(0)`、Java `setSoLinger(true, ' +
        '0)`、.NET `LingerOption(true, 0)` 和 `Close(0)`；Node 用 `socket.end()` 代替 ' +
        '`socket.resetAndDestroy()`。',
    ),
    text(
      'In proxies switch off what sets it for you: nginx `reset_timedout_connection off;`, ' +
        'HAProxy no `option nolinger`.',
      '关掉代理里会替你设置它的选项：nginx `reset_timedout_connection off;`，HAProxy 去掉 ' +
        '`option nolinger`。',
    ),
    text(
      'If it was there to avoid TIME_WAIT, let the client close first, keep connections alive, ' +
        'and on the connecting host set `net.ipv4.tcp_tw_reuse=1` and a wider ' +
        '`net.ipv4.ip_local_port_range`.',
      '如果本意是避开 TIME_WAIT：让客户端先关、用长连接，并在发起连接的主机上设 ' +
        '`net.ipv4.tcp_tw_reuse=1`、放宽 `net.ipv4.ip_local_port_range`。',
    ),
    text(
      'Where the abort is meant, make sure the last answer was acknowledged first: bytes still ' +
        'in the send buffer are thrown away.',
      '确实需要中止时，先确认最后的响应已被对端确认：发送缓冲区里剩下的字节会被丢弃。',
    ),
  ],
  settle: text(
    'Run `strace -f -e trace=setsockopt,connect,close -p PID` on {senderHost}: `SO_LINGER, ' +
      '{l_onoff=1, l_linger=0}` before the close() proves it, and rules out its look-alikes (`ss ' +
      '-K`, a closed listener, connect to AF_UNSPEC).',
    '在 {senderHost} 上执行 `strace -f -e trace=setsockopt,connect,close -p PID`：close() 之前' +
      '出现 `SO_LINGER, {l_onoff=1, l_linger=0}` 即为实证，同时排除外形相同的情形（`ss -K`、监听' +
      '套接字被关、connect 到 AF_UNSPEC）。',
  ),
};
