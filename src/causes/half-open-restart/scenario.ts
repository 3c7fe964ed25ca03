import type { Scenario, Step, Variant } from '../scenario.ts';
import {
  connected,
  exchange,
  keepalive,
  listen,
  read,
  shutdown,
  STATELESS,
  wait,
  write,
} from '../steps.ts';
import { text, type Text } from '../text.ts';

const QUERY = 'SELECT 1;';
const ROW = '1 row';

/** The server's power fails after a first exchange; `before` and `after` its return, the client acts. */
const restart = (before: readonly Step[], after: readonly Step[]): readonly Step[] => [
  ...connected(5432),
  ...exchange('client', 'server', QUERY, ROW),
  wait(200),
  { do: 'cut power', on: 'server' },
  ...before,
  wait(300),
  { do: 'boot', on: 'server' },
  ...after,
];

const toldBy = (...steps: readonly Step[]): readonly Step[] => [
  ...steps,
  wait(100),
  read('client', 'ECONNRESET'),
  write('client', 'SELECT 3;', 'EPIPE'),
];

const variant = (
  name: string,
  what: Text,
  claims: readonly string[],
  steps: readonly Step[],
): Variant => ({
  name,
  what,
  makes: 'half-open-restart',
  sameWire: STATELESS,
  lookalikes: ['data-after-close', 'close-with-unread-data', 'linger-zero', 'closed-port'],
  // The host that lost its memory lost its captures too.
  seenAt: { server: { sameWire: [...STATELESS, 'unknown', 'listener-got-ack'] } },
  claims,
  steps,
});

const asks = write('client', 'SELECT 2;');

export const halfOpenRestartScenario: Scenario = {
  id: 'half-open-restart',
  title: text(
    'A host loses power and comes back; its peer goes on where it had stopped',
    '一台主机断电后重启，对端接着原来的连接继续发送',
  ),
  variants: [
    variant(
      'idle',
      text('Nobody listens after the restart', '重启后没有人监听'),
      ['A3', 'A7', 'D2', 'D3'],
      [...restart([], [wait(100), ...toldBy(asks)])],
    ),
    variant(
      'listening',
      text('A process listens on the port again', '又有进程在该端口上监听'),
      ['A3', 'A7'],
      [...restart([], [listen(5432), wait(100), ...toldBy(asks)])],
    ),
    variant(
      'retransmission',
      text('Data sent while the host was down is sent again', '停机期间发出的数据被重传'),
      ['A15'],
      [...restart([asks], toldBy(wait(2500)))],
    ),
    {
      ...variant(
        'keepalive',
        text('A keepalive probe finds it out', '由保活探测发现'),
        ['A8'],
        [
          ...connected(5432),
          ...keepalive('client', 2, 1, 5),
          ...exchange('client', 'server', QUERY, ROW),
          wait(200),
          { do: 'cut power', on: 'server' },
          wait(300),
          { do: 'boot', on: 'server' },
          ...toldBy(wait(2500)),
        ],
      ),
    },
    variant(
      'fin',
      text('The client closes, and its FIN is reset', '客户端关闭连接，它的 FIN 换来 RST'),
      ['A3'],
      [...restart([], [shutdown('client', 'SHUT_WR'), wait(100), read('client', 'ECONNRESET')])],
    ),
    {
      ...variant(
        'client-restart',
        text('The client host restarts, and the server sends', '客户端主机重启，服务端发送数据'),
        ['A3'],
        [
          ...connected(5432),
          ...exchange('client', 'server', QUERY, ROW),
          wait(200),
          { do: 'cut power', on: 'client' },
          wait(300),
          { do: 'boot', on: 'client' },
          wait(100),
          write('server', 'notification'),
          wait(100),
          read('server', 'ECONNRESET'),
        ],
      ),
      seenAt: { client: { sameWire: [...STATELESS, 'unknown', 'listener-got-ack'] } },
    },
  ],
};
