import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender closed a socket with TCP_LINGER2 below zero and did not wait in FIN-WAIT-2',
    '发送方把 TCP_LINGER2 设成负值，关闭时不在 FIN-WAIT-2 等待',
  ),
  summary: text(
    'The program set TCP_LINGER2 to a negative value, which tells Linux to abort in place of waiting for the other end to finish. Where the FIN had already been acknowledged the reset comes at close(), otherwise with the acknowledgement of the FIN.',
    '程序把 TCP_LINGER2 设为负值，等于告诉 Linux：不等对端收尾，直接中止。FIN 已被确认时，close() 当场发 RST；否则在 FIN 的确认到达时发 RST。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  linuxReasons: ['TCP_ABORT_ON_LINGER', 'TCP_ABORT_ON_DATA'],
  sources: ['tcp(7): TCP_LINGER2', 'Linux __tcp_close(), tcp_rcv_state_process()'],
  claims: [],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'EOF', write: 'EPIPE' },
  advice: [
    text(
      'Remove `setsockopt(fd, IPPROTO_TCP, TCP_LINGER2, -1)`; to shorten FIN-WAIT-2 set a positive number of seconds, or the sysctl `net.ipv4.tcp_fin_timeout` (default 60).',
      '去掉 `setsockopt(fd, IPPROTO_TCP, TCP_LINGER2, -1)`；想缩短 FIN-WAIT-2 就设正的秒数，或调内核参数 `net.ipv4.tcp_fin_timeout`（默认 60）。',
    ),
    text(
      'Keep the socket open after `shutdown(fd, SHUT_WR)` and read to EOF, so that the other end can finish.',
      '`shutdown(fd, SHUT_WR)` 之后别急着 close，读到 EOF，让对端把话说完。',
    ),
  ],
  settle: text(
    'On {senderHost}: `strace -f -e trace=setsockopt,shutdown,close -p PID` and look for `TCP_LINGER2`; the counter `nstat -az TcpExtTCPAbortOnLinger` counts those at close().',
    '在 {senderHost} 上执行 `strace -f -e trace=setsockopt,shutdown,close -p PID`，看有没有 `TCP_LINGER2`；计数器 `nstat -az TcpExtTCPAbortOnLinger` 统计 close() 当场中止的次数。',
  ),
};
