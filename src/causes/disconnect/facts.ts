import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender dissolved the connection with connect(AF_UNSPEC)',
    '发送方用 connect(AF_UNSPEC) 主动解除了连接',
  ),
  summary: text(
    'The program called connect() with the address family AF_UNSPEC on a connected socket, which aborts the connection and keeps the descriptor for another use. On the wire it is the same reset as SO_LINGER 0.',
    '程序在已连接的套接字上以 AF_UNSPEC 地址调用 connect()，内核随即中止连接，但保留描述符以便再次使用。线上看到的报文与 SO_LINGER 为 0 时完全相同。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  linuxReasons: ['TCP_STATE', 'TCP_DISCONNECT_WITH_DATA'],
  sources: [
    'connect(2): AF_UNSPEC dissolves the association',
    'Linux tcp_disconnect()',
    'RFC 9293 §3.10.5 (ABORT)',
  ],
  claims: [],
  senderApp: { read: 'ECONNRESET', write: 'ECONNRESET' },
  advice: [
    text(
      'Replace `connect(fd, AF_UNSPEC)` by `shutdown(fd, SHUT_WR)`, read to EOF, then `close(fd)`, and open a new socket for the next connection.',
      '把 `connect(fd, AF_UNSPEC)` 换成 `shutdown(fd, SHUT_WR)`，读到 EOF 后再 `close(fd)`；下一个连接另开套接字。',
    ),
    text(
      'Where a library recycles descriptors (some connection pools and load generators do), switch that off or drain the connection first.',
      '如果是某个库在回收描述符（部分连接池和压测工具会这样做），关掉这个选项，或先把连接收尾再回收。',
    ),
  ],
  settle: text(
    'On {senderHost}: `strace -f -e trace=connect,close,shutdown,setsockopt -p PID` and look for `sa_family=AF_UNSPEC`; without the system calls it cannot be told from SO_LINGER 0.',
    '在 {senderHost} 上执行 `strace -f -e trace=connect,close,shutdown,setsockopt -p PID`，看有没有 `sa_family=AF_UNSPEC`；不看系统调用，就无法与 SO_LINGER 为 0 区分。',
  ),
};
