import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The sender's kernel ran out of TCP memory and dropped the connection",
    '发送方内核的 TCP 内存用尽，放弃了连接',
  ),
  summary: text(
    'The kernel was over the last value of net.ipv4.tcp_mem and gave up a connection whose program had already closed it. The same code enforces tcp_max_orphans, so the wire and the trace look alike.',
    '内核的 TCP 内存超过了 net.ipv4.tcp_mem 的第三个值，于是放弃程序已经关闭的连接。tcp_max_orphans 的检查在同一段代码里，所以线上和内核跟踪看起来一样。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  linuxReasons: ['TCP_ABORT_ON_MEMORY'],
  sources: ['Linux tcp_check_oom(), tcp_out_of_resources()', 'tcp(7): tcp_mem'],
  claims: [],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'EOF', write: 'EPIPE' },
  advice: [
    text(
      'Look for `TCP: out of memory -- consider tuning tcp_mem` in `dmesg`; then raise `net.ipv4.tcp_mem` (three values, in pages) or lower what each socket may hold: `net.ipv4.tcp_rmem`, `net.ipv4.tcp_wmem`.',
      '在 `dmesg` 里找 `TCP: out of memory -- consider tuning tcp_mem`；然后调大 `net.ipv4.tcp_mem`（三个值，单位为页），或减小每个套接字的上限：`net.ipv4.tcp_rmem`、`net.ipv4.tcp_wmem`。',
    ),
    text(
      'Find the connections that hold the memory: `ss -tmn state all | sort` (skmem r and t), and close the ones that nobody reads.',
      '找出占内存的连接：`ss -tmn state all`（看 skmem 的 r 和 t），把没人读的那些关掉。',
    ),
    text(
      'In a container check the memory cgroup too: socket buffers count against its limit.',
      '容器环境还要看 memory cgroup：套接字缓冲区计入它的限额。',
    ),
  ],
  settle: text(
    'On {senderHost}: `cat /proc/net/sockstat /proc/sys/net/ipv4/tcp_mem; nstat -az TcpExtTCPAbortOnMemory TcpExtTCPMemoryPressures; dmesg | grep TCP:` tells memory from the orphan limit.',
    '在 {senderHost} 上执行 `cat /proc/net/sockstat /proc/sys/net/ipv4/tcp_mem; nstat -az TcpExtTCPAbortOnMemory TcpExtTCPMemoryPressures; dmesg | grep TCP:`，可分清是内存不足还是孤儿连接超限。',
  ),
};
