import { text } from '../text.ts';
import type { ErrorText } from './entry.ts';
import { causes, happened, next, wrong } from './recurring.ts';

/** Rust: std::io, hyper and reqwest, tungstenite. */
export const RUST: readonly ErrorText[] = [
  {
    id: 'rust-connection-reset',
    name: 'Rust: Connection reset by peer (os error 104)',
    pattern: /Connection reset by peer \(os error (?:104|54)\)|kind: ConnectionReset\b/,
    wire: 'reset',
    happened: happened.reset,
    canMean: causes.reset,
    cannotMean: [wrong.notHangUp, wrong.notServerCrash],
    next: next.here,
  },
  {
    id: 'rust-broken-pipe',
    name: 'Rust: Broken pipe (os error 32)',
    pattern: /Broken pipe \(os error 32\)|kind: BrokenPipe\b/,
    wire: 'reset',
    happened: happened.brokenPipe,
    canMean: causes.brokenPipe,
    cannotMean: [wrong.notFirstWrite],
    next: next.here,
  },
  {
    id: 'hyper-incomplete-message',
    name: 'Rust, hyper: connection closed before message completed (IncompleteMessage)',
    pattern:
      /hyper::Error\(IncompleteMessage\)|\bIncompleteMessage\b|connection closed before message completed/,
    wire: 'fin',
    happened: happened.hangUp,
    canMean: ['keepalive-race', 'closed-before-response', 'mass-restart'],
    cannotMean: [wrong.noReset],
    next: next.server,
    more: text(
      'On a pooled connection it is the race: `pool_idle_timeout` below the server’s, and a retry.',
      '若是连接池里的连接，就是竞态：`pool_idle_timeout` 设得比服务端短，并加重试。',
    ),
  },
  {
    id: 'tungstenite-reset-without-closing',
    name: 'Rust, tungstenite: Connection reset without closing handshake',
    pattern: /Connection reset without closing handshake|\bResetWithoutClosingHandshake\b/,
    wire: 'fin',
    happened: text(
      'The TCP connection ended (with a plain FIN: read returned EOF) before a WebSocket close frame came.',
      '没等到 WebSocket 的关闭帧，TCP 连接就结束了（普通的 FIN，read 返回 EOF）。',
    ),
    canMean: ['client-abort', 'mass-restart', 'closed-before-response'],
    cannotMean: [
      wrong.noReset,
      text(
        '“Reset” here is the library’s word, not TCP’s.',
        '这里的“reset”是这个库的用词，与 TCP 的 RST 无关。',
      ),
    ],
    next: next.here,
  },
  {
    id: 'rust-refused',
    name: 'Rust: Connection refused (os error 111)',
    pattern: /Connection refused \(os error (?:111|61)\)|kind: ConnectionRefused\b/,
    wire: 'refused',
    happened: happened.refused,
    canMean: causes.refused,
    cannotMean: [wrong.notFiltered],
    next: next.withIcmp,
  },
  {
    id: 'reqwest-sending-request',
    name: 'Rust, reqwest: error sending request for url',
    pattern: /error sending request for url/,
    wire: 'either',
    wrapper: true,
    happened: text(
      'reqwest wraps what happened; print the chain of sources (`{:?}`, or `anyhow`) to see it.',
      'reqwest 把真正的错误包了一层；打印错误链（`{:?}` 或 `anyhow`）才能看到。',
    ),
    canMean: causes.beforeResponse,
    cannotMean: [
      text('By itself it says nothing about the network.', '单凭这句话，对网络什么也说明不了。'),
    ],
    next: next.here,
  },
];
