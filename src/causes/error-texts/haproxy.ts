import { text } from '../text.ts';
import type { Text } from '../text.ts';
import type { CauseId } from '../ids.ts';
import type { ErrorText, WireEnd } from './entry.ts';
import { next, wrong } from './recurring.ts';

/**
 * A termination state is four characters in HTTP logs (`SD--`) and two in TCP logs, followed by
 * connection counts (`1/1/0/0/0`); bare letters count only alone or on a line that names HAProxy.
 */
const state = (letters: string): RegExp =>
  new RegExp(
    `(?:^|\\s)${letters}(?:-[-NIUPRD]|[NIDVEOU]-)(?=\\s|$)|\\s${letters}(?:[-A-Z]{2})? \\d{1,6}/\\d|^\\s{0,8}${letters}\\s{0,8}$|haproxy[^\\n]{0,300}\\s${letters}(?=\\s|$)|HAProxy ${letters}\\b`,
    'm',
  );

const termination = (
  letters: string,
  wire: WireEnd,
  meaning: Text,
  canMean: readonly CauseId[],
  cannotMean: Text,
): ErrorText => ({
  id: `haproxy-${letters.replace(/[a-z]/, (small) => `timeout-${small}`).toLowerCase()}`,
  name: `HAProxy: ${letters}`,
  pattern: state(letters),
  wire,
  happened: meaning,
  canMean,
  cannotMean: [cannotMean],
  next: next.here,
});

const notClient = text('It is not the client.', '与客户端无关。');
const notServer = text('It is not the server.', '与后端无关。');

/** HAProxy: the termination state of its log, first who, then when. */
export const HAPROXY: readonly ErrorText[] = [
  termination(
    'SD',
    'either',
    text(
      'The server closed or reset the connection during the transfer of data.',
      '数据传输期间，后端关闭或重置了连接。',
    ),
    ['mass-restart', 'linger-zero', 'close-with-unread-data'],
    notClient,
  ),
  termination(
    'SH',
    'either',
    text(
      'The server closed or reset the connection before its response headers were complete.',
      '响应首部完整之前，后端关闭或重置了连接。',
    ),
    ['keepalive-race', 'closed-before-response', 'mass-restart', 'early-response'],
    notClient,
  ),
  termination(
    'SC',
    'refused',
    text(
      'The connection to the server failed: refused, or reset while connecting.',
      '连接后端失败：被拒绝，或连接过程中被重置。',
    ),
    ['closed-port', 'mass-restart', 'firewall-reject', 'connect-unreachable'],
    notClient,
  ),
  termination(
    'sC',
    'silence',
    text(
      'The server did not answer the SYN within `timeout connect`.',
      '`timeout connect` 内后端没有应答 SYN。',
    ),
    ['connect-timeout'],
    wrong.notRefused,
  ),
  termination(
    'sH',
    'silence',
    text(
      'The server did not send its response headers within `timeout server`; HAProxy answered 504.',
      '`timeout server` 内后端没有发来响应首部，HAProxy 返回 504。',
    ),
    ['retransmission-timeout', 'middlebox-idle-timeout'],
    text('The server did not reset it.', '不是后端重置的。'),
  ),
  termination(
    'sD',
    'silence',
    text(
      'The server was silent for `timeout server` during the transfer; HAProxy closed.',
      '传输期间后端沉默超过 `timeout server`，HAProxy 关闭了连接。',
    ),
    ['retransmission-timeout', 'middlebox-idle-timeout'],
    text('The server did not reset it.', '不是后端重置的。'),
  ),
  termination(
    'CD',
    'either',
    text(
      'The client closed or reset the connection during the transfer of data.',
      '数据传输期间，客户端关闭或重置了连接。',
    ),
    ['client-abort'],
    notServer,
  ),
  termination(
    'CH',
    'either',
    text(
      'The client left before the server’s response began.',
      '后端响应开始之前，客户端就离开了。',
    ),
    ['client-abort'],
    notServer,
  ),
  termination(
    'CC',
    'either',
    text(
      'The client left before the connection to the server was established.',
      '与后端的连接建立之前，客户端就离开了。',
    ),
    ['client-abort', 'connect-cancelled'],
    notServer,
  ),
  termination(
    'CR',
    'either',
    text(
      'The client left before its request was complete; browsers’ spare connections and scanners do so.',
      '客户端没发完请求就离开了；浏览器的预连接和扫描器常这样。',
    ),
    ['client-abort', 'health-check', 'port-scan'],
    notServer,
  ),
  termination(
    'cD',
    'silence',
    text(
      'The client was silent for `timeout client` during the transfer; HAProxy closed.',
      '传输期间客户端沉默超过 `timeout client`，HAProxy 关闭了连接。',
    ),
    ['retransmission-timeout', 'middlebox-idle-timeout'],
    notServer,
  ),
  termination(
    'cR',
    'silence',
    text(
      'The client did not finish its request within `timeout http-request`.',
      '客户端没有在 `timeout http-request` 内发完请求。',
    ),
    ['client-abort', 'health-check'],
    notServer,
  ),
];
