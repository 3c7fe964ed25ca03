import type { Forgery, Scenario, Step, Variant } from '../scenario.ts';
import { connectedAlone, exchange, STATELESS, wait, write } from '../steps.ts';
import { text, type Text } from '../text.ts';

const FORBIDDEN = 'GET /forbidden HTTP/1.1\r\nHost: app.test\r\n\r\n';
const REQUEST_SEEN = { toward: 'server', contains: 'forbidden' } as const;
const PAGE = `HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n${'p'.repeat(2000)}`;
const FORGER_TTL = 44;

const toClient = (change: Partial<Forgery> = {}): Step => ({
  do: 'inject',
  like: REQUEST_SEEN,
  answer: true,
  flags: ['RST', 'ACK'],
  window: 0,
  ttl: FORGER_TTL,
  ...change,
});

/** Once the request itself has arrived. */
const toServer: readonly Step[] = [
  wait(15),
  {
    do: 'inject',
    like: REQUEST_SEEN,
    after: true,
    flags: ['RST', 'ACK'],
    window: 0,
    ttl: FORGER_TTL,
  },
  wait(10),
];

const answers: readonly Step[] = [
  { do: 'read', socket: 'server' },
  { do: 'write', socket: 'server', text: PAGE },
];

const variant = (
  name: string,
  what: Text,
  forging: readonly Step[],
  more: Partial<Variant> = {},
): Variant => ({
  name,
  what,
  makes: 'injected',
  follows: ['repeated-reset', 'half-open-restart'],
  seenAt: { server: { makes: 'half-open-restart', sameWire: STATELESS } },
  lookalikes: ['linger-zero', 'closed-port', 'keepalive-timeout'],
  claims: ['A22', 'D2'],
  delayMs: 10,
  // Each segment is answered with a reset: on a slow machine a tail loss probe would be one more.
  sysctls: { server: { 'net.ipv4.tcp_early_retrans': 0 } },
  steps: [
    ...connectedAlone(80),
    ...exchange(),
    wait(40),
    write('client', FORBIDDEN),
    { do: 'await', match: REQUEST_SEEN },
    ...forging,
    wait(100),
    { do: 'read', socket: 'client' },
  ],
  ...more,
});

export const injectedScenario: Scenario = {
  id: 'injected',
  title: text('A device on the way forges resets', '中间设备伪造 RST'),
  variants: [
    variant(
      'to-client',
      text('One, to the client; the real server goes on', '一个，发给客户端；真正的服务端继续'),
      [toClient(), ...answers],
    ),
    variant(
      'to-server',
      text('One, to the server; the real client goes on', '一个，发给服务端；真正的客户端继续'),
      [...toServer, { do: 'write', socket: 'client', text: 'and more' }],
      { seenAt: { client: { makes: 'half-open-restart', sameWire: STATELESS } } },
    ),
    variant('to-both', text('To both ends', '发给两端'), [toClient(), ...toServer], { seenAt: {} }),
    variant('train', text('Three with rising sequence numbers', '三个，序列号递增'), [
      toClient(),
      toClient({ seqPlus: 1460 }),
      toClient({ seqPlus: 4380 }),
      ...answers,
    ]),
    variant('same-ttl', text('The forger imitates even the TTL', '伪造者连 TTL 也模仿'), [
      toClient({ ttl: 64 }),
      ...answers,
    ]),
  ],
};
