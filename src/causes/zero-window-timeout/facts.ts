import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The sender gave up on a receiver whose window stayed at zero',
    '接收窗口一直为零，发送方放弃了连接',
  ),
  summary: text(
    "The receiver's application did not read, its window closed, and the sender's persist " +
      'timer ran out of window probes. Some stacks reset then; Linux probes on for as long as ' +
      'the probes are answered, and otherwise ends with ETIMEDOUT and no segment.',
    '接收方应用不读数据，窗口关闭，发送方的持续定时器用完了窗口探测次数。有的协议栈此时发 RST；' +
      'Linux 只要探测有应答就一直探测下去，无应答则以 ETIMEDOUT 结束，不发任何报文段。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 1,
  // Linux never resets because of probes; these come when the receiver speaks again later.
  linuxReasons: ['NO_SOCKET', 'TCP_ABORT_ON_DATA'],
  sources: ['RFC 9293 §3.8.6.1', 'RFC 6429', 'RFC 1122 §4.2.2.17', 'tcp_probe_timer'],
  claims: ['A16'],
  senderApp: { read: 'ETIMEDOUT', write: 'EPIPE' },
  advice: [
    text(
      'Make the receiving application read, or refuse more work than it can hold: `ss -tm` on ' +
        'its host shows Recv-Q at the size of its buffer.',
      '让接收方应用读起来，或拒绝超出处理能力的工作：在它的主机上 `ss -tm` 可见 Recv-Q 顶满缓冲' +
        '区。',
    ),
    text(
      'Bound the wait in the sending application, where it can be logged: nginx `send_timeout ' +
        '60s`, Go `SetWriteDeadline`, Node `socket.setTimeout(60_000)`, or TCP_USER_TIMEOUT, ' +
        'which counts zero-window time too.',
      '在发送方应用里限定等待时间，并留下日志：nginx `send_timeout 60s`、Go ' +
        '`SetWriteDeadline`、Node `socket.setTimeout(60_000)`，或 TCP_USER_TIMEOUT（它也计入零窗' +
        '口时间）。',
    ),
    text(
      'Apply backpressure upstream instead of buffering without limit: Node ' +
        "`writable.writableNeedDrain` and 'drain', reactive `request(n)`.",
      '向上游施加背压，而不是无限缓冲：Node 看 `writable.writableNeedDrain` 和 drain 事件，响应' +
        '式流用 `request(n)`。',
    ),
  ],
  settle: text(
    "Run `ss -toi '( sport = :{port} or dport = :{port} )'` on {senderHost} while it hangs: " +
      '`timer:(persist,…)` with a rising count proves it.',
    "在 {senderHost} 上趁连接卡住时执行 `ss -toi '( sport = :{port} or dport = :{port} )'`：" +
      '`timer:(persist,…)` 且次数不断上升，即为实证。',
  ),
};
