import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text('The capture tells too little to name a cause', '抓包信息不足，无法判断原因'),
  summary: text(
    'The reset is here, but what led to it is not: the capture begins too late, shows one direction only, or lost packets. Any name would be a guess.',
    'RST 抓到了，来龙去脉却没有：抓包开始得太晚、只有一个方向，或丢了包。此时任何结论都是猜测。',
  ),
  origin: 'unknown',
  benign: false,
  frequency: 1,
  linuxReasons: [],
  sources: ['RFC 9293 §3.5.2'],
  claims: ['E2'],
  senderApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      "Capture again from before the connection starts, both directions, without loss: `tcpdump -i any -s 256 -B 65536 -w again.pcap 'tcp port PORT'`, and check that it ends with `0 packets dropped by kernel`.",
      "重新抓包：在连接建立之前开始，两个方向都要，不丢包：`tcpdump -i any -s 256 -B 65536 -w again.pcap 'tcp port PORT'`，结束时确认显示 `0 packets dropped by kernel`。",
    ),
    text(
      "For a rare fault let a ring of files run until it happens: `tcpdump -i any -s 256 -C 100 -W 20 -w ring.pcap 'tcp port PORT'`.",
      "偶发问题用环形文件一直抓到出现为止：`tcpdump -i any -s 256 -C 100 -W 20 -w ring.pcap 'tcp port PORT'`。",
    ),
  ],
  settle: text(
    "On {senderHost}: `tcpdump -i any -s 256 -B 65536 -w s.pcap 'tcp port {port}'`, and on Linux 6.12 or newer the kernel's own word: `perf trace -e tcp:tcp_send_reset`.",
    "在 {senderHost} 上执行 `tcpdump -i any -s 256 -B 65536 -w s.pcap 'tcp port {port}'`；Linux 6.12 及以上还可直接问内核：`perf trace -e tcp:tcp_send_reset`。",
  ),
};
