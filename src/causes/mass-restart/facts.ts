import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    "The sender's process or host stopped, and all its connections ended together",
    '发送方的进程或主机停了，它的连接同时断开',
  ),
  summary: text(
    'Many connections of one host ended within the same instant, some with FIN and some with a reset, and new ones were refused for a while: a restart, a deployment, an OOM kill or a crash.',
    '一台主机的许多连接在同一瞬间结束，有的是 FIN，有的是 RST，随后一段时间新连接被拒绝：这是重启、发布、被 OOM 杀死或崩溃。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 4,
  linuxReasons: [
    'TCP_ABORT_ON_CLOSE',
    'TCP_STATE',
    'TCP_TIMEWAIT_SOCKET',
    'TCP_ABORT_ON_DATA',
    'TCP_FLAGS',
    'NO_SOCKET',
  ],
  sources: ['Linux do_exit() → tcp_close(), inet_csk_listen_stop()', 'RFC 9293 §3.10.4, §3.5.2'],
  claims: ['A7', 'A15'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      'Kubernetes: `lifecycle.preStop: exec: ["sleep", "10"]` and `terminationGracePeriodSeconds` longer than that plus the drain, so that the endpoint is gone before the process.',
      'Kubernetes：`lifecycle.preStop: exec: ["sleep", "10"]`，且 `terminationGracePeriodSeconds` 大于它加上排空时间，让 endpoint 先于进程消失。',
    ),
    text(
      'On SIGTERM stop accepting, answer what is open with `Connection: close` (HTTP/2: GOAWAY), then exit: Node `server.close(); server.closeIdleConnections()`, Go `srv.Shutdown(ctx)`, gunicorn `--graceful-timeout 30`.',
      '收到 SIGTERM 后停止 accept，对未完成的请求带上 `Connection: close` 应答（HTTP/2 发 GOAWAY），再退出：Node `server.close(); server.closeIdleConnections()`，Go `srv.Shutdown(ctx)`，gunicorn `--graceful-timeout 30`。',
    ),
    text(
      'If nobody restarted it: `dmesg | grep -i oom`, `kubectl describe pod` (OOMKilled, exit code 137), `WORKER TIMEOUT` in the gunicorn log.',
      '如果没人重启过它：查 `dmesg | grep -i oom`、`kubectl describe pod`（OOMKilled、退出码 137）、gunicorn 日志里的 `WORKER TIMEOUT`。',
    ),
  ],
  settle: text(
    'On {senderHost}: `journalctl --since -10min | grep -iE "oom|killed|stopped|segfault"` and the start time of the process, `ps -o lstart= -p PID`, against the time of this reset.',
    '在 {senderHost} 上执行 `journalctl --since -10min | grep -iE "oom|killed|stopped|segfault"`，并用 `ps -o lstart= -p PID` 查进程启动时间，与这个 RST 的时间对照。',
  ),
};
