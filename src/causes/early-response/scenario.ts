import type { Scenario, Step, Variant } from '../scenario.ts';
import { ABORTS, close, connected, wait, write } from '../steps.ts';
import { text, type Text } from '../text.ts';

const HEAD = 'POST /upload HTTP/1.1\r\nHost: app.test\r\nContent-Length: 400000\r\n\r\n';
const TOO_LARGE =
  'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

const begins: readonly Step[] = [
  ...connected(8080),
  write('client', HEAD),
  write('client', 30_000),
  wait(40),
  { do: 'read', socket: 'server', length: 4096, expect: 4096 },
];

const variant = (name: string, what: Text, steps: readonly Step[]): Variant => ({
  name,
  what,
  makes: 'early-response',
  knownAs: 'close-with-unread-data',
  follows: ['repeated-reset'],
  sameWire: ['close-with-unread-data', ...ABORTS],
  lookalikes: ['half-open-restart', 'closed-port', 'keepalive-timeout'],
  claims: ['A10'],
  steps,
});

export const earlyResponseScenario: Scenario = {
  id: 'early-response',
  title: text(
    'The server answers 413 and closes with the body unread',
    '服务端应答 413 后关闭，请求体还没有读完',
  ),
  variants: [
    variant(
      'unread',
      text('Part of the body lies unread in the receive queue', '请求体的一部分还在接收队列中未读'),
      [
        ...begins,
        write('server', TOO_LARGE),
        wait(15),
        close('server'),
        wait(20),
        { do: 'write', socket: 'client', text: 4000 },
        wait(100),
        { do: 'read', socket: 'client' },
      ],
    ),
    {
      ...variant(
        'all-read',
        text(
          'All that came was read; the next piece of the body meets a closed socket',
          '到达的都已读完；请求体的下一段遇到已关闭的套接字',
        ),
        [
          ...connected(8080),
          write('client', HEAD),
          wait(40),
          { do: 'read', socket: 'server', expect: HEAD.length },
          write('server', TOO_LARGE),
          close('server'),
          wait(20),
          write('client', 10_000),
          wait(100),
          { do: 'read', socket: 'client', expect: TOO_LARGE.length },
        ],
      ),
      knownAs: 'data-after-close',
      sameWire: ['data-after-close', 'close-with-unread-data'],
    },
  ],
};
