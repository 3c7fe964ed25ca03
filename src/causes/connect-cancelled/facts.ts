import type { CauseFacts } from '../cause.ts';
import { text } from '../text.ts';

export const facts: CauseFacts = {
  title: text(
    'The client had given up its connect() before the SYN,ACK came',
    'SYN,ACK 到达之前，客户端已经放弃了 connect()',
  ),
  summary: text(
    "The client closed its connecting socket, by its connect timeout or because another attempt won, and the server's SYN,ACK then met no socket. The server's application usually never hears of it.",
    '客户端因连接超时或另一路先连上（Happy Eyeballs）而关闭了正在连接的套接字，服务端随后的 SYN,ACK 找不到套接字。服务端应用通常毫不知情。',
  ),
  origin: 'endpoint',
  benign: false,
  frequency: 3,
  linuxReasons: ['NO_SOCKET'],
  sources: ['RFC 9293 §3.5.2 (group 1), §3.10.7.1', 'Linux tcp_v4_rcv() no_tcp_socket', 'RFC 8305'],
  claims: ['A3'],
  senderApp: { read: 'nothing', write: 'nothing' },
  receiverApp: { read: 'nothing', write: 'nothing' },
  advice: [
    text(
      "Raise the client's connect timeout above one lost SYN (more than 1 s on Linux, better 3 s): undici `connect: { timeout: 10_000 }`, curl `--connect-timeout 5`, Go `net.Dialer{Timeout: 5 * time.Second}`.",
      '把客户端的连接超时调到能容忍丢一个 SYN（Linux 上要大于 1 s，最好 3 s 以上）：undici `connect: { timeout: 10_000 }`，curl `--connect-timeout 5`，Go `net.Dialer{Timeout: 5 * time.Second}`。',
    ),
    text(
      'Node 20 tries each address for only 250 ms: `net.setDefaultAutoSelectFamilyAttemptTimeout(1000)` where servers are far away.',
      'Node 20 对每个地址只试 250 ms：服务器较远时用 `net.setDefaultAutoSelectFamilyAttemptTimeout(1000)`。',
    ),
    text(
      'Find out why the SYN,ACK was late: a lost SYN (look for its retransmission), a long path, a full accept queue (`nstat -az TcpExtListenOverflows`).',
      '查清 SYN,ACK 为何迟到：SYN 丢了（看有无重传）、路径太远，还是全连接队列已满（`nstat -az TcpExtListenOverflows`）。',
    ),
  ],
  settle: text(
    "On {senderHost}: `strace -f -e trace=connect,close,poll,epoll_wait -p PID` shows the close() before the SYN,ACK; `tcpdump -i any -s 256 -w c.pcap 'tcp port {port}'` there shows whether another attempt won.",
    "在 {senderHost} 上执行 `strace -f -e trace=connect,close,poll,epoll_wait -p PID`，可见 close() 早于 SYN,ACK；在那里 `tcpdump -i any -s 256 -w c.pcap 'tcp port {port}'` 可看出是不是另一路先连上了。",
  ),
};
