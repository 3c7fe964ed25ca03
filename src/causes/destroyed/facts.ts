import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "An administrator or agent on the sender's host destroyed the connection",
    '发送方主机上的管理员或代理程序强行销毁了连接',
  ),
  summary: text(
    'Something with CAP_NET_ADMIN, `ss -K` or a network agent using SOCK_DESTROY, killed the socket from outside. The owning program did nothing and reads ECONNABORTED.',
    '某个拥有 CAP_NET_ADMIN 权限的程序（`ss -K`，或使用 SOCK_DESTROY 的网络代理）从外部杀掉了套接字。持有它的程序什么也没做，读到的是 ECONNABORTED。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 2,
  linuxReasons: ['TCP_STATE'],
  sources: ['Linux tcp_abort(), SOCK_DESTROY (inet_diag)', 'ss(8) -K', 'RFC 9293 §3.10.5 (ABORT)'],
  claims: [],
  senderApp: { read: 'ECONNABORTED', write: 'ECONNABORTED' },
  advice: [
    text(
      'Find who runs `ss -K` on the host: cron jobs, runbooks, a CNI agent (Cilium terminates sockets of deleted service backends), Android network switching.',
      '找出主机上谁在执行 `ss -K`：定时任务、运维脚本、CNI 代理（Cilium 会终止指向已删除后端的套接字）、Android 的网络切换。',
    ),
    text(
      'Treat ECONNABORTED on an established connection like ECONNRESET: reconnect, and retry what is idempotent.',
      '对已建立连接上的 ECONNABORTED，按 ECONNRESET 处理：重连，幂等操作重试。',
    ),
  ],
  settle: text(
    "On {senderHost}: `bpftrace -e 'kprobe:tcp_abort { printf(\"%s %d\\n\", comm, pid); }'` prints who destroys sockets; the owning program's log shows ECONNABORTED (errno 103).",
    '在 {senderHost} 上执行 `bpftrace -e \'kprobe:tcp_abort { printf("%s %d\\n", comm, pid); }\'`，可看到是谁销毁套接字；持有者的日志里会有 ECONNABORTED（errno 103）。',
  ),
};
