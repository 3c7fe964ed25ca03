import type { Forgery, Scenario, Step, Variant } from '../scenario.ts';
import { connectedAlone, exchange, STATELESS, wait, write } from '../steps.ts';
import { text } from '../text.ts';

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
  what: string,
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
    variant('to-client', 'One, to the client; the real server goes on', [toClient(), ...answers]),
    variant(
      'to-server',
      'One, to the server; the real client goes on',
      [...toServer, { do: 'write', socket: 'client', text: 'and more' }],
      { seenAt: { client: { makes: 'half-open-restart', sameWire: STATELESS } } },
    ),
    variant('to-both', 'To both ends', [toClient(), ...toServer], { seenAt: {} }),
    variant('train', 'Three with rising sequence numbers', [
      toClient(),
      toClient({ seqPlus: 1460 }),
      toClient({ seqPlus: 4380 }),
      ...answers,
    ]),
    variant('same-ttl', 'The forger imitates even the TTL', [toClient({ ttl: 64 }), ...answers]),
  ],
};
