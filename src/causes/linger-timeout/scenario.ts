import type { Scenario, Step } from '../scenario.ts';
import { listen, option, read, SMALL_BUFFER, wait, write } from '../steps.ts';
import { text } from '../text.ts';

/** The client does not read; the server closes with a second of patience and data unsent. */
const impatient: readonly Step[] = [
  listen(8080),
  {
    do: 'connect',
    on: 'client',
    socket: 'client',
    port: 8080,
    options: [SMALL_BUFFER],
    expect: 'ok',
  },
  { do: 'accept', listener: 'listener', socket: 'server' },
  option('server', 'O_NONBLOCK', 1),
  { do: 'write', socket: 'server', text: 60_000 },
  option('server', 'SO_LINGER', 1, 1),
  { do: 'close', socket: 'server', expect: 'ok' },
  wait(100),
];

export const lingerTimeoutScenario: Scenario = {
  id: 'linger-timeout',
  title: text(
    'close() with SO_LINGER on and 1 second, and a peer that does not read',
    '打开 SO_LINGER 并设为 1 秒后 close()，而对端不读数据',
  ),
  variants: [
    {
      name: 'linux',
      what: text(
        'close() gives up waiting in silence; the peer then sends to the orphan',
        'close() 悄悄放弃等待；之后对端向孤儿连接发送数据',
      ),
      makes: 'linger-timeout',
      knownAs: 'data-after-close',
      follows: ['repeated-reset'],
      lookalikes: ['linger-zero', 'half-open-restart'],
      sameWire: ['data-after-close', 'read-shutdown'],
      claims: ['A6'],
      steps: [...impatient, write('client', 'hello?'), wait(100), { do: 'read', socket: 'client' }],
    },
    {
      name: 'delivered',
      what: text(
        'The peer reads after all: data and FIN arrive, and nothing is reset',
        '对端终于读了：数据和 FIN 都到达，没有复位',
      ),
      makes: 'none',
      lookalikes: [],
      claims: ['A4', 'A6'],
      steps: [
        ...impatient,
        ...Array.from({ length: 200 }, (): Step => ({ do: 'read', socket: 'client' })),
        { do: 'close', socket: 'client', expect: 'ok' },
        wait(200),
      ],
    },
    {
      name: 'reset',
      what: text(
        'At the time-out the rest is thrown away and a reset sent, as the documents say',
        '到时丢弃剩余数据并发 RST，如文档所述',
      ),
      makes: 'linger-timeout',
      lookalikes: ['half-open-restart', 'data-after-close'],
      sameWire: [
        'linger-zero',
        'close-with-unread-data',
        'disconnect',
        'destroyed',
        'out-of-memory',
      ],
      claims: ['A6'],
      beyondLinux: true,
      sysctls: { server: { 'resetlab.linger_timeout': 'reset' } },
      steps: [...impatient, { do: 'read', socket: 'client' }, read('client', 'ECONNRESET')],
    },
  ],
};
