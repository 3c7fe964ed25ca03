import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender had shut down its read side, and the receiver sent more',
    '发送方已关闭读方向，接收方又发来数据',
  ),
  summary: text(
    'An application called shutdown() for reading and data came after it. Linux resets only if ' +
      'the write side is shut down as well (SHUT_RDWR); after SHUT_RD alone it takes the data ' +
      'quietly, where some other stacks reset.',
    '应用用 shutdown() 关闭了读方向，之后又有数据到来。Linux 只有在写方向也关闭（SHUT_RDWR）时' +
      '才发 RST；只关读方向则照收数据，另一些协议栈会发 RST。',
  ),
  origin: 'endpoint',
  refines: 'data-after-close',
  benign: false,
  frequency: 1,
  // With SHUT_RDWR only. SHUT_RD alone draws no reset from Linux.
  linuxReasons: ['TCP_ABORT_ON_DATA'],
  sources: [
    'RFC 9293 §3.6.1',
    'RFC 1122 §4.2.2.13',
    'POSIX.1-2024 shutdown()',
    'tcp_rcv_state_process (TCP_FIN_WAIT2)',
  ],
  claims: ['A21'],
  senderApp: { read: 'ECONNRESET', write: 'EPIPE' },
  advice: [
    text(
      'Shut down only writing, then read to the end: `shutdown(fd, SHUT_WR)`, read() until 0, ' +
        'close(); not SHUT_RDWR (Python `socket.SHUT_RDWR`, .NET `SocketShutdown.Both`) while ' +
        'the peer may still speak.',
      '只关写方向，再读到底：`shutdown(fd, SHUT_WR)`，read() 到返回 0，再 close()；对端还可能发' +
        '数据时，不要用 SHUT_RDWR（Python `socket.SHUT_RDWR`、.NET `SocketShutdown.Both`）。',
    ),
    text(
      'Drop shutdown for reading altogether (Java `shutdownInput()`, Go `CloseRead()`): no ' +
        'segment tells the peer about it, so it cannot stop the peer; tell it to stop in the ' +
        'protocol.',
      '干脆不用读方向的 shutdown（Java `shutdownInput()`、Go `CloseRead()`）：没有任何报文段会' +
        '告知对端，拦不住它继续发；要让对端停下，应在应用协议里说。',
    ),
  ],
  settle: text(
    'Run `strace -f -tt -e trace=shutdown,close -p PID` on {senderHost}: SHUT_RD or SHUT_RDWR ' +
      'and no close() before the reset proves it.',
    '在 {senderHost} 上执行 `strace -f -tt -e trace=shutdown,close -p PID`：RST 之前有 SHUT_RD ' +
      '或 SHUT_RDWR 而没有 close()，即为实证。',
  ),
};
