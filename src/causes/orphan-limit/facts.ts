import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The sender's kernel had too many closed, unfinished connections and reset this one",
    '发送方内核的孤儿连接过多，复位了这一条',
  ),
  summary: text(
    'The application closed, but the kernel already held more orphans (closed by their process ' +
      'and not yet finished) than tcp_max_orphans allows. Right after the FIN it sent a reset ' +
      'and forgot the connection with everything unsent.',
    '应用已关闭连接，但内核里的孤儿连接（进程已关、收尾未完）已超过 tcp_max_orphans。内核发完 ' +
      'FIN 紧接着发 RST，把连接连同没发完的数据一起丢掉。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  linuxReasons: ['TCP_ABORT_ON_MEMORY'],
  sources: [
    'RFC 9293 §3.10.5 (ABORT)',
    'ip-sysctl, tcp_max_orphans',
    '__tcp_close',
    'tcp_check_oom',
  ],
  claims: ['A20'],
  senderApp: { read: 'closed by itself', write: 'closed by itself' },
  receiverApp: { read: 'EOF', write: 'EPIPE' },
  advice: [
    text(
      'Raise `net.ipv4.tcp_max_orphans` on the sender (each orphan may hold up to 64 KB of ' +
        'unswappable memory); the limit is for the whole host, all containers together.',
      '在发送方调大 `net.ipv4.tcp_max_orphans`（每个孤儿最多占用约 64 KB 不可换出的内存）；该上' +
        '限对整台主机生效，所有容器共用。',
    ),
    text(
      'Let orphans end sooner: `net.ipv4.tcp_fin_timeout=15`, `net.ipv4.tcp_orphan_retries=3`.',
      '让孤儿连接早些结束：`net.ipv4.tcp_fin_timeout=15`、`net.ipv4.tcp_orphan_retries=3`。',
    ),
    text(
      'Make fewer of them: close only when the peer has taken the data (`shutdown(fd, ' +
        'SHUT_WR)`, read until EOF), and look for peers that stopped reading or vanished.',
      '少产生孤儿：等对端收完数据再关（先 `shutdown(fd, SHUT_WR)`，读到 EOF），并排查停止读取或' +
        '失联的对端。',
    ),
  ],
  settle: text(
    "Run `dmesg | grep 'too many orphaned sockets'; nstat -az TcpExtTCPAbortOnMemory; grep " +
      'orphan /proc/net/sockstat` on {senderHost}: the message, or a counter that grows with ' +
      'these resets, proves it.',
    "在 {senderHost} 上执行 `dmesg | grep 'too many orphaned sockets'; nstat -az " +
      'TcpExtTCPAbortOnMemory; grep orphan /proc/net/sockstat`：出现该日志，或计数随这类 RST 增' +
      '长，即为实证。',
  ),
};
