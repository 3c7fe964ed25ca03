import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The sender's lingering close() ran out of time before everything was delivered",
    '发送方带延时的 close() 超时，数据还没全部送达',
  ),
  summary: text(
    'SO_LINGER with a time above 0 made close() wait for its data to be acknowledged, and the ' +
      'time was not enough. Some stacks then throw the rest away and reset; Linux only stops ' +
      'waiting, goes on in the background, and resets when more data comes.',
    'SO_LINGER 设了大于 0 的时间，close() 等待数据被确认，但时间不够。有的协议栈此时丢弃剩余数' +
      '据并发 RST；Linux 只是不再等待，转入后台继续发送，此后若再收到数据才发 RST。',
  ),
  origin: 'endpoint',
  refines: 'data-after-close',
  benign: false,
  frequency: 1,
  // Linux sends none at the time-out itself; this one comes when data reaches the orphan.
  linuxReasons: ['TCP_ABORT_ON_DATA'],
  sources: [
    'RFC 1122 §4.2.2.13',
    'POSIX.1-2024 close(), SO_LINGER',
    '__tcp_close',
    'sk_stream_wait_close',
  ],
  claims: ['A4', 'A6'],
  senderApp: { read: 'closed by itself', write: 'closed by itself' },
  advice: [
    text(
      'Turn SO_LINGER off unless you need to wait: close() then returns at once and the kernel ' +
        'still delivers the data and the FIN.',
      '没有等待的必要就关掉 SO_LINGER：close() 立即返回，内核照样把数据和 FIN 送完。',
    ),
    text(
      "Confirm delivery in the protocol: `shutdown(fd, SHUT_WR)`, then read until the peer's " +
        'EOF; neither SO_LINGER nor close() tells what arrived (on Linux it returns 0 at the ' +
        'time-out too).',
      '在应用协议里确认送达：`shutdown(fd, SHUT_WR)` 之后一直读到对端的 EOF。SO_LINGER 和 ' +
        'close() 都不会告诉你哪些数据到了（Linux 上超时也返回 0）。',
    ),
    text(
      'If you keep it, make l_linger longer than the slowest receiver needs, and close in a ' +
        'thread of its own: it blocks a non-blocking socket too.',
      '如果保留它，l_linger 要大于最慢接收方所需的时间，并放到单独的线程里关闭：即使是非阻塞套' +
        '接字，它也会阻塞。',
    ),
  ],
  settle: text(
    'Run `strace -f -T -e trace=setsockopt,close -p PID` on {senderHost}: SO_LINGER with ' +
      '`l_linger` above 0 and a close() that took just that many seconds prove it.',
    '在 {senderHost} 上执行 `strace -f -T -e trace=setsockopt,close -p PID`：SO_LINGER 的 ' +
      '`l_linger` 大于 0，且 close() 恰好耗时这么多秒，即为实证。',
  ),
};
