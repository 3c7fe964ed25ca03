import type { CauseId } from '../../causes/ids.ts';
import { type Text, text } from '../../causes/text.ts';
import type { Moment } from './moment.ts';

/**
 * What a client sees that writes a request, reads until there is no more, and writes again: what the
 * calls of its socket return on Linux.
 */
export interface Sees {
  /** `nothing`: it waits until its own patience or net.ipv4.tcp_syn_retries ends it (ETIMEDOUT). */
  readonly connect: 'ok' | 'ok or ECONNRESET' | 'ECONNREFUSED' | 'nothing';
  /** What comes of the response before. */
  readonly response: 'none' | 'part' | 'whole';
  /** read(2) after that. */
  readonly read: 'ECONNRESET' | 'EOF' | 'nothing' | 'never';
  /** write(2) after that. `ok, then …`: the first is taken, and draws a reset. */
  readonly write: 'EPIPE' | 'ok, then EPIPE' | 'ok, then ECONNRESET' | 'never';
}

/** Whose TCP it takes. */
export type Making =
  /** A server, and a proxy in front of one, on ordinary sockets of the kernel. */
  | 'sockets'
  /** A listener on ordinary sockets; a proxy has nothing to pass on. */
  | 'listener'
  /** Only a proxy: it is the client of the server behind it, which sees the reset. */
  | 'proxy'
  /** Only our TCP, on a device (`network`). */
  | 'our TCP'
  /** The same, with a tap between it and its device. */
  | 'our TCP, tapped';

/** One way to end a connection. */
export interface Way {
  readonly cause: CauseId;
  readonly moment: Moment;
  readonly making: Making;
  readonly sees: Sees;
  /** What the server does; for our TCP also why ordinary sockets cannot. */
  readonly how: Text;
}

const RESET = { connect: 'ok', response: 'none', read: 'ECONNRESET', write: 'EPIPE' } as const;
const RESET_LATER = { ...RESET, response: 'whole' } as const;
const HANG_UP = { ...RESET, read: 'EOF', write: 'ok, then EPIPE' } as const;
const HANG_UP_LATER = { ...HANG_UP, response: 'whole' } as const;
const FORGOTTEN = { ...HANG_UP, read: 'nothing', write: 'ok, then ECONNRESET' } as const;
const FIN_AND_RESET = { ...HANG_UP_LATER, write: 'EPIPE' } as const;

const way =
  (making: Making) =>
  (cause: CauseId, moment: Moment, sees: Sees, en: string, zh: string): Way => ({
    cause,
    moment,
    making,
    sees,
    how: text(en, zh),
  });

const sockets = way('sockets');
const listener = way('listener');
const ours = way('our TCP');
const tapped = way('our TCP, tapped');

/** The table: of each cause its usual moment first. */
export const WAYS: readonly Way[] = [
  listener(
    'closed-port',
    'before-accept',
    { connect: 'ECONNREFUSED', response: 'none', read: 'never', write: 'never' },
    'The port is kept, and nobody listens on it',
    '占住端口，但没有人监听',
  ),
  listener(
    'listener-closed',
    'before-accept',
    RESET,
    'A thread listens and sleeps, so nothing is accepted; then it closes the listener',
    '一个线程只监听、不 accept()，然后关闭监听套接字',
  ),
  listener(
    'connect-timeout',
    'before-accept',
    { connect: 'nothing', response: 'none', read: 'never', write: 'never' },
    'The accept queue is full and nobody accepts: the kernel drops every SYN',
    '全连接队列已满且无人 accept()：内核丢弃每个 SYN',
  ),
  sockets(
    'linger-zero',
    'after-bytes',
    RESET,
    'The request is read, then resetAndDestroy(): SO_LINGER 0 and close()',
    '读完请求后 resetAndDestroy()：SO_LINGER 0 加 close()',
  ),
  sockets(
    'linger-zero',
    'after-handshake',
    { ...RESET, connect: 'ok or ECONNRESET' },
    'resetAndDestroy() as soon as it is accepted; a client with an event loop is often told of it as it connects',
    '刚 accept 就 resetAndDestroy()；用事件循环的客户端往往在建连时就得到错误',
  ),
  sockets(
    'linger-zero',
    'mid-response',
    { ...RESET, response: 'part' },
    'So much of the response arrives, then resetAndDestroy()',
    '响应到达这么多之后 resetAndDestroy()',
  ),
  sockets(
    'linger-zero',
    'on-idle',
    RESET_LATER,
    'The idle connection is ended by resetAndDestroy()',
    '用 resetAndDestroy() 结束空闲连接',
  ),
  sockets(
    'linger-zero',
    'on-reuse',
    RESET_LATER,
    'The next request is read, then resetAndDestroy()',
    '读到下一个请求后 resetAndDestroy()',
  ),
  sockets(
    'linger-zero',
    'after-fin',
    FIN_AND_RESET,
    'end(), so the client reads the end of file; then resetAndDestroy()',
    '先 end()，客户端读到文件结束；然后 resetAndDestroy()',
  ),
  sockets(
    'close-with-unread-data',
    'after-handshake',
    RESET,
    'Nothing is ever read; when the request waits in the receive queue, close()',
    '从不读取；请求进入接收队列后 close()',
  ),
  sockets(
    'close-with-unread-data',
    'after-bytes',
    RESET,
    'So much is read, the rest stays in the receive queue; then close()',
    '读这么多，其余留在接收队列里，然后 close()',
  ),
  sockets(
    'early-response',
    'after-bytes',
    { ...RESET, response: 'whole' },
    'The response (413) goes out with the rest of the request unread; then close()',
    '请求还没读完就发出响应（413），然后 close()',
  ),
  sockets(
    'closed-before-response',
    'after-bytes',
    HANG_UP,
    'The request is read and answered by close(): a FIN, no reset',
    '读完请求后用 close() 作答：只有 FIN，没有 RST',
  ),
  sockets(
    'closed-before-response',
    'on-reuse',
    HANG_UP_LATER,
    'The next request is read and answered by close(): a FIN, no reset',
    '读到下一个请求后用 close() 作答：只有 FIN，没有 RST',
  ),
  sockets(
    'keepalive-race',
    'on-idle',
    HANG_UP_LATER,
    'The idle connection is closed; a request that crosses the FIN, or ignores it, is reset',
    '关闭空闲连接；与 FIN 擦肩而过或无视它的请求会被重置',
  ),
  sockets(
    'data-after-close',
    'after-fin',
    HANG_UP_LATER,
    'The response is followed by close(); what the client sends after it is reset',
    '响应之后立刻 close()；客户端之后发来的数据会被重置',
  ),
  sockets(
    'data-after-close',
    'mid-response',
    { ...HANG_UP, response: 'part' },
    'close() in the middle of the response; what the client sends after it is reset',
    '响应发到一半就 close()；客户端之后发来的数据会被重置',
  ),
  sockets(
    'tls-rejected',
    'after-bytes',
    RESET,
    'A TLS ClientHello is read, then resetAndDestroy(); what is no TLS passes',
    '读到 TLS ClientHello 后 resetAndDestroy()；不是 TLS 的连接照常通过',
  ),
  way('proxy')(
    'client-abort',
    'mid-response',
    { ...RESET, response: 'part' },
    'So much of the response is passed on, then both sides are closed with the rest unread: the server behind reads ECONNRESET',
    '转发响应的这么多字节后，在其余未读时关闭两侧：后端服务读到 ECONNRESET',
  ),
  ours(
    'half-open-restart',
    'on-idle',
    { ...FORGOTTEN, response: 'whole' },
    'The connection is forgotten without a segment, as by a power cut; the next one from the client is reset. The kernel forgets nothing without TCP_REPAIR and root',
    '不发任何报文就忘掉连接，如同断电；客户端的下一个报文会被重置。内核没有 TCP_REPAIR 和 root 就不会忘',
  ),
  ours(
    'destroyed',
    'after-bytes',
    RESET,
    'As by ss -K, which takes CAP_NET_ADMIN on the kernel',
    '如同 ss -K；在内核上这需要 CAP_NET_ADMIN',
  ),
  ours(
    'disconnect',
    'after-bytes',
    RESET,
    'connect() to AF_UNSPEC, a call that Node does not have',
    '以 AF_UNSPEC 调用 connect()，Node 没有这个调用',
  ),
  ours(
    'linger2-abort',
    'after-bytes',
    { ...FIN_AND_RESET, response: 'none' },
    'TCP_LINGER2 -1 and close(): the ACK of the FIN is reset. Node does not set that option',
    'TCP_LINGER2 设为 -1 后 close()：对 FIN 的 ACK 被重置。Node 不能设置这个选项',
  ),
  ours(
    'orphan-limit',
    'after-bytes',
    { ...FIN_AND_RESET, response: 'none' },
    'close() with no orphans allowed: a FIN, and a reset at once. On the kernel the limit is for the whole machine',
    '不允许有孤儿连接时 close()：FIN 之后立刻 RST。在内核上这个上限对整机有效',
  ),
  ours(
    'read-shutdown',
    'after-bytes',
    HANG_UP,
    'shutdown() of both directions with the socket kept: what comes is reset. Node shuts down one only',
    '关闭两个方向但保留套接字：之后到来的数据被重置。Node 只能关闭一个方向',
  ),
  tapped(
    'keepalive-race',
    'on-reuse',
    { ...FIN_AND_RESET },
    'The FIN leaves as the next request arrives, unseen: they cross for certain. Ordinary sockets learn of a request only when it has been acknowledged',
    '下一个请求到达、尚未被看到时 FIN 就发出：两者必然相错。普通套接字得知请求时，它已被确认',
  ),
  tapped(
    'keepalive-timeout',
    'on-idle',
    RESET_LATER,
    'The client is not heard any more; after two seconds its keepalive probes have failed. Ordinary sockets cannot lose segments',
    '不再理会客户端的报文；两秒后保活探测失败。普通套接字不能丢弃报文',
  ),
  tapped(
    'repeated-reset',
    'after-bytes',
    FORGOTTEN,
    'The first reset is lost; the next segment of the client draws another. Ordinary sockets cannot lose segments',
    '第一个 RST 丢失；客户端的下一个报文再引来一个。普通套接字不能丢弃报文',
  ),
  tapped(
    'handshake-timeout',
    'before-accept',
    RESET,
    "The client's last ACK is lost and the half-open connection expires; after a second its request is reset. Ordinary sockets cannot lose segments",
    '客户端握手的最后一个 ACK 丢失，半连接过期；一秒后它的请求被重置。普通套接字不能丢弃报文',
  ),
];
