import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** Go: package net and net/http. */
export const GO: readonly ErrorText[] = [
  {
    id: 'go-connection-reset',
    name: 'Go: read: connection reset by peer',
    pattern: /(?:(?:read|write) tcp [^\n]{0,120}: )?\b(?:read|write): connection reset by peer/,
    wire: 'reset',
    happened: happened.reset,
    canMean: causes.reset,
    cannotMean: [wrong.notHangUp, wrong.notServerCrash],
    next: next.here,
  },
  {
    id: 'go-broken-pipe',
    name: 'Go: write: broken pipe',
    pattern: /(?:write tcp [^\n]{0,120}: )?\bwrite: broken pipe/,
    wire: 'reset',
    happened: happened.brokenPipe,
    canMean: ['client-abort', ...causes.brokenPipe.filter((id) => id !== 'client-abort')],
    cannotMean: [wrong.notFirstWrite],
    next: next.here,
    more: text(
      'In a server’s log it is nearly always a client that left.',
      '出现在服务端日志里，几乎总是客户端先走了。',
    ),
  },
  {
    id: 'go-idle-closed',
    name: 'Go: http: server closed idle connection',
    pattern: /http: server closed idle connection/,
    wire: 'fin',
    happened: text(
      'The server closed a pooled idle connection with FIN just as a request was put on it.',
      '请求刚要放到连接池里的空闲连接上，服务端恰好以 FIN 关闭了它。',
    ),
    canMean: ['keepalive-race'],
    cannotMean: [
      wrong.noReset,
      text(
        'The request was not processed; Go repeats it by itself where it may (idempotent, or no body).',
        '请求没有被处理；允许的情况下（幂等或没有正文）Go 会自动重发。',
      ),
    ],
    next: next.server,
    more: text(
      'Set `Transport.IdleConnTimeout` below the server’s idle timeout.',
      '把 `Transport.IdleConnTimeout` 设得比服务端的空闲超时短。',
    ),
  },
  {
    id: 'go-unexpected-eof',
    name: 'Go: unexpected EOF',
    pattern: /\bunexpected EOF\b/,
    wire: 'fin',
    happened: happened.cutShort,
    canMean: ['mass-restart', 'closed-before-response'],
    cannotMean: [wrong.noReset],
    next: next.server,
  },
  {
    id: 'go-eof',
    name: 'Go: EOF',
    pattern:
      /(?:\b(?:Get|Post|Put|Head|Patch|Delete|Do|read)\b[^\n]{0,300}: |desc = |^[ \t]{0,8})EOF[ \t]{0,8}$/m,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: causes.hangUp,
    cannotMean: [wrong.noReset],
    next: next.server,
  },
  {
    id: 'go-dial-timeout',
    name: 'Go: dial tcp: i/o timeout',
    pattern: /dial tcp[^\n]{0,120}: (?:i\/o timeout|connect: connection timed out)/,
    wire: 'silence',
    happened: happened.connectSilence,
    canMean: ['connect-timeout', 'connect-cancelled'],
    cannotMean: [wrong.notRefused],
    next: next.withIcmp,
  },
  {
    id: 'go-io-timeout',
    name: 'Go: i/o timeout',
    pattern: /\bi\/o timeout\b|context deadline exceeded|Client\.Timeout exceeded/,
    wire: 'silence',
    happened: text(
      'A deadline of this program ran out while it waited. It then closes the connection by itself, perhaps with a reset of its own.',
      '本程序设的期限在等待中到期。随后由它自己关闭连接，也许还会发出 RST。',
    ),
    canMean: [
      'retransmission-timeout',
      'middlebox-idle-timeout',
      'client-abort',
      'connect-timeout',
    ],
    cannotMean: [text('The other end did not reset it.', '不是对端重置的。')],
    next: next.here,
  },
  {
    id: 'go-refused',
    name: 'Go: connect: connection refused',
    pattern: /(?:dial tcp [^\n]{0,120}: )?\bconnect: connection refused/,
    wire: 'refused',
    happened: happened.refused,
    canMean: causes.refused,
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
  },
  {
    id: 'go-closed-network-connection',
    name: 'Go: use of closed network connection',
    pattern: /use of closed network connection/,
    wire: 'local',
    happened: text(
      'Another goroutine of this program had closed the connection. Nothing came from the wire.',
      '本程序的另一个 goroutine 已经关闭了这条连接，与线上收到的东西无关。',
    ),
    canMean: ['client-abort'],
    cannotMean: [text('The other end did not close it.', '不是对端关闭的。'), wrong.notNetwork],
    next: text(
      "No capture is needed: look for `Close()` in this program, a timeout or a cancelled context. To see the close: `tcpdump -i any -s 256 -w own.pcap 'tcp port {port}'`.",
      "不必抓包：在本程序里找 `Close()`、超时或被取消的 context。想看关闭过程：`tcpdump -i any -s 256 -w own.pcap 'tcp port {port}'`。",
    ),
  },
  {
    id: 'go-no-route',
    name: 'Go: connect: no route to host',
    pattern: /connect: (?:no route to host|network is unreachable)/,
    wire: 'refused',
    happened: happened.unreachable,
    canMean: ['connect-unreachable'],
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
  },
];
