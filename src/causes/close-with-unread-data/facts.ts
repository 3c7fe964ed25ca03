import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender closed its socket while received data was still unread',
    '发送方关闭套接字时，接收缓冲区里还有没读的数据',
  ),
  summary: text(
    'An application closed the connection, or its process died, before it had read everything ' +
      'that had arrived. TCP must not pretend that the data was taken, so it resets in place of ' +
      'a FIN, and what the receiver had not yet read of an answer may be lost.',
    '应用没读完已到达的数据就关闭了连接，或进程直接退出。TCP 不能假装数据已被收下，于是不发 ' +
      'FIN 而发 RST；对端还没读到的响应也可能随之丢失。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 5,
  linuxReasons: ['TCP_ABORT_ON_CLOSE'],
  sources: ['RFC 9293 §3.6.1', 'RFC 2525 §2.17', 'RFC 1122 §4.2.2.13', '__tcp_close'],
  claims: ['A10', 'B4', 'D2', 'D4'],
  senderApp: { read: 'closed by itself', write: 'closed by itself' },
  advice: [
    text(
      'Read to the end before closing: after the last byte of your answer `shutdown(fd, ' +
        'SHUT_WR)`, then read() until it returns 0 or a few seconds have passed, then close().',
      '读完再关：最后一个响应字节发出后先 `shutdown(fd, SHUT_WR)`，再循环 read() 直到返回 0 或' +
        '超过几秒，最后才 close()。',
    ),
    text(
      'In HTTP servers drain the request body when you refuse it: nginx `lingering_close ' +
        'always; lingering_timeout 5s;`, Node `res.end(); req.resume()` in place of ' +
        '`req.destroy()`, Go `io.Copy(io.Discard, r.Body)`.',
      'HTTP 服务端拒绝请求时要把请求体读掉：nginx `lingering_close always; lingering_timeout ' +
        '5s;`，Node 用 `res.end(); req.resume()` 而不是 `req.destroy()`，Go 用 ' +
        '`io.Copy(io.Discard, r.Body)`。',
    ),
    text(
      'In clients read response bodies to the end before closing or returning the connection ' +
        'to a pool: Go `io.Copy(io.Discard, resp.Body)`, undici `await body.dump()`.',
      '客户端在关闭连接或归还连接池之前读完响应体：Go `io.Copy(io.Discard, resp.Body)`，undici ' +
        '`await body.dump()`。',
    ),
    text(
      "If a process was killed, look in `dmesg` for the OOM killer and in the supervisor's " +
        'log, and on SIGTERM finish the requests under way before exiting.',
      '如果是进程被杀，查 `dmesg` 里的 OOM killer 和守护进程日志；收到 SIGTERM 时先处理完在途请' +
        '求再退出。',
    ),
  ],
  settle: text(
    'Run `perf record -a -e tcp:tcp_send_reset -- sleep 60; perf script` on {senderHost} (Linux ' +
      '6.12 or newer): reason=TCP_ABORT_ON_CLOSE proves it; on older kernels ' +
      '`nstat -az TcpExtTCPAbortOnClose` grows by one with each such reset.',
    '在 {senderHost} 上执行 `perf record -a -e tcp:tcp_send_reset -- sleep 60; perf script`' +
      '（Linux 6.12 及以上）：reason=TCP_ABORT_ON_CLOSE 即为实证；旧内核看 ' +
      '`nstat -az TcpExtTCPAbortOnClose`，每个这样的 RST 使它加一。',
  ),
};
