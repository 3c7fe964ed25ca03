import type { Role, Scenario, Step, Variant } from '../scenario.ts';
import {
  ABORTS,
  abort,
  connectedAlone,
  exchange,
  NO_ABORT,
  other,
  read,
  REQUEST,
  wait,
  write,
} from '../steps.ts';
import { text, type Text } from '../text.ts';

const variant = (
  name: string,
  what: Text,
  claims: readonly string[],
  steps: readonly Step[],
): Variant => ({
  name,
  what,
  makes: 'linger-zero',
  sameWire: ABORTS,
  lookalikes: NO_ABORT,
  claims,
  steps: [...connectedAlone(8080), ...steps],
});

const afterExchange = (actor: Role): readonly Step[] => [
  ...exchange(),
  wait(60),
  ...abort(actor),
  wait(60),
  read(other(actor), 'ECONNRESET'),
  read(other(actor), 'EOF'),
  write(other(actor), 'more', 'EPIPE'),
];

export const lingerZeroScenario: Scenario = {
  id: 'linger-zero',
  title: text('close() with SO_LINGER on and 0 seconds', '打开 SO_LINGER 并设为 0 秒后 close()'),
  variants: [
    variant(
      'by-server',
      text('The server aborts after a complete exchange', '一次完整的往来之后，服务端中止连接'),
      ['A5', 'B1', 'B2', 'B4', 'B7', 'D2', 'D3', 'E1'],
      afterExchange('server'),
    ),
    variant(
      'by-client',
      text('The client aborts after a complete exchange', '一次完整的往来之后，客户端中止连接'),
      ['A5'],
      afterExchange('client'),
    ),
    variant(
      'crossing',
      text(
        'Both abort at once: two resets cross, neither is answered',
        '双方同时中止：两个 RST 交错而过，都得不到应答',
      ),
      ['A5', 'B2'],
      [...exchange(), wait(60), ...abort('server'), ...abort('client'), wait(60)],
    ),
    {
      ...variant(
        'unanswered',
        text('The server has read the request and does not answer', '服务端读了请求，却不回答'),
        ['A5'],
        [
          write('client', REQUEST),
          read('server', REQUEST.length),
          wait(60),
          ...abort('server'),
          wait(60),
          read('client', 'ECONNRESET'),
        ],
      ),
      sameWire: [...ABORTS, 'close-with-unread-data'],
    },
    {
      ...variant(
        'unsent',
        text(
          'The send buffer is full: what is not sent is thrown away',
          '发送缓冲区已满：未发出的数据被丢弃',
        ),
        ['A5', 'B4'],
        [
          write('server', 30_000),
          ...abort('server'),
          wait(60),
          { do: 'read', socket: 'client', length: 60_000 },
          read('client', 'ECONNRESET'),
        ],
      ),
      // What the peer acknowledges of the data in flight meets nothing.
      follows: ['repeated-reset'],
    },
    {
      ...variant(
        'sigpipe',
        text(
          'The peer writes on and heeds SIGPIPE, which kills it',
          '对端继续写，又没有忽略 SIGPIPE，于是被杀死',
        ),
        ['D3'],
        [
          { do: 'heed SIGPIPE', on: 'client' },
          ...exchange(),
          wait(60),
          ...abort('server'),
          wait(60),
          read('client', 'ECONNRESET'),
          write('client', 'more', 'killed by SIGPIPE'),
          wait(20),
        ],
      ),
    },
  ],
};
