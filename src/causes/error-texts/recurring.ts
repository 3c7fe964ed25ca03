/** What many entries share: what happened, which causes it can be, which capture tells more. */
import type { CauseId } from '../ids.ts';
import { text } from '../text.ts';

export const happened = {
  reset: text(
    'A reset (RST) for this connection arrived. The connection had been established, and ended without a farewell.',
    '收到了这条连接的 RST。连接此前已经建立，然后不辞而别。',
  ),
  brokenPipe: text(
    'This end wrote on a connection that it already knew to be dead: a reset had arrived, usually as the answer to an earlier write after the other end’s FIN.',
    '本端在一条已知断开的连接上继续写：之前已收到 RST，多半是对端发出 FIN 之后，本端又写了一次，换来的应答。',
  ),
  hangUp: text(
    'The other end closed with a plain FIN before the first byte of its answer. There need not be any RST on the wire.',
    '对端在发出第一个响应字节之前就以普通的 FIN 关闭了连接。线上不一定有任何 RST。',
  ),
  cutShort: text(
    'The other end closed with a plain FIN in the middle of its message: fewer bytes came than it had announced.',
    '对端在消息中途以普通的 FIN 关闭：收到的字节比它宣布的少。',
  ),
  either: text(
    'The other end ended the connection. These words are the same for a plain FIN and for a reset; only a capture tells.',
    '对端结束了连接。FIN 和 RST 都会得到同样的说法，只有抓包才能分辨。',
  ),
  refused: text(
    'The SYN was answered with RST,ACK: nobody listens on that port. (A firewall that rejects, or an ICMP “port unreachable”, gives the same error.)',
    'SYN 换来了 RST,ACK：那个端口上没有人监听。（防火墙拒绝，或 ICMP“端口不可达”，得到的错误相同。）',
  ),
  connectSilence: text(
    'The SYN was never answered: no SYN,ACK, no reset, no ICMP error, until a timer ran out.',
    'SYN 始终没有得到应答：没有 SYN,ACK，没有 RST，没有 ICMP 错误，直到定时器到期。',
  ),
  silence: text(
    'The connection was established and then nothing came any more, until a timer on this side ran out. No reset was needed for it.',
    '连接建立之后再也没有收到任何东西，直到本端的定时器到期。这里不需要有 RST。',
  ),
  unreachable: text(
    'An ICMP “destination unreachable” answered, or nobody answered ARP on the last hop. There is no RST.',
    '收到 ICMP“目的地不可达”，或最后一跳的 ARP 无人应答。没有 RST。',
  ),
  local: text(
    'This machine gave the connection up by itself. Nothing that the other end sent is the reason.',
    '是本机自己放弃了连接，原因不在对端发来的任何东西。',
  ),
};

export const causes = {
  reset: [
    'keepalive-race',
    'close-with-unread-data',
    'data-after-close',
    'middlebox-idle-timeout',
    'mass-restart',
    'half-open-restart',
    'linger-zero',
    'client-abort',
    'listener-closed',
    'firewall-reject',
    'injected',
  ],
  /** All that a client meets before the first byte of a response. */
  beforeResponse: [
    'closed-before-response',
    'keepalive-race',
    'closed-port',
    'connect-timeout',
    'mass-restart',
    'firewall-reject',
    'connect-unreachable',
  ],
  /** A server's view: its client left. */
  clientLeft: ['client-abort', 'health-check', 'linger-zero', 'close-with-unread-data'],
  brokenPipe: [
    'data-after-close',
    'keepalive-race',
    'early-response',
    'client-abort',
    'orphan-limit',
  ],
  hangUp: ['closed-before-response', 'keepalive-race', 'mass-restart'],
  refused: ['closed-port', 'mass-restart', 'firewall-reject', 'connect-unreachable'],
  connectSilence: ['connect-timeout'],
  silence: [
    'retransmission-timeout',
    'middlebox-idle-timeout',
    'keepalive-timeout',
    'user-timeout',
  ],
  tls: ['tls-rejected', 'injected', 'mass-restart'],
} satisfies Record<string, readonly CauseId[]>;

export const next = {
  here: text(
    "Capture here, from before the connection starts: `tcpdump -i any -s 256 -w reset.pcap 'tcp port {port}'`, then `resetlab explain reset.pcap`.",
    "在本机、从连接建立之前开始抓包：`tcpdump -i any -s 256 -w reset.pcap 'tcp port {port}'`，然后 `resetlab explain reset.pcap`。",
  ),
  server: text(
    "Capture on the server: `tcpdump -i any -s 256 -w server.pcap 'tcp port {port}'`, and compare the moment of its FIN with its log.",
    "在服务端抓包：`tcpdump -i any -s 256 -w server.pcap 'tcp port {port}'`，把它发出 FIN 的时刻与它的日志对照。",
  ),
  withIcmp: text(
    "Capture here with ICMP: `tcpdump -i any -s 256 -w connect.pcap 'tcp port {port} or icmp or icmp6'`; an RST, an ICMP error and silence look different at once.",
    "在本机连同 ICMP 一起抓：`tcpdump -i any -s 256 -w connect.pcap 'tcp port {port} or icmp or icmp6'`；RST、ICMP 错误、沉默，一看便知。",
  ),
  bothEnds: text(
    "Capture on both ends at once: `tcpdump -i any -s 256 -w end.pcap 'tcp port {port}'`; what one sent and the other never got was lost, or made, in between.",
    "两端同时抓包：`tcpdump -i any -s 256 -w end.pcap 'tcp port {port}'`；一端发了另一端没收到，或收到了没人发过的，问题就在中间。",
  ),
};

export const wrong = {
  /** For wordings that mean a FIN. */
  noReset: text(
    'It does not mean that a reset was sent: a search for RST in the capture may find nothing.',
    '它不代表有人发过 RST：在抓包里搜 RST 很可能一无所获。',
  ),
  /** For wordings that mean an RST. */
  notHangUp: text(
    'It is not an orderly hang-up: after a FIN this end would read EOF, not this error.',
    '它不是正常挂断：若对端发的是 FIN，本端读到的是 EOF，不会是这个错误。',
  ),
  notServerCrash: text(
    'It does not prove a crash: a killed process with nothing unread sends a FIN.',
    '它不能证明对端崩溃：被杀的进程若没有未读数据，发出的是 FIN。',
  ),
  notFiltered: text(
    'It is not a firewall that drops: a drop gives silence and a timeout.',
    '它不是防火墙丢弃所致：丢弃的结果是沉默和超时。',
  ),
  notRefused: text(
    'It is not “nobody listens”: a closed port answers at once, with ECONNREFUSED.',
    '它不是“无人监听”：端口关闭会立刻回应，得到 ECONNREFUSED。',
  ),
  notFirstWrite: text(
    'It is not this write that failed on the wire: the first write after the other end’s close still succeeds.',
    '在线上失败的不是这一次写：对端关闭后的第一次写仍然会成功。',
  ),
  notNetwork: text(
    'It is not a fault of the network: no packet has to go wrong for it.',
    '它不是网络故障：没有任何报文出错也会发生。',
  ),
};
