import type { Scenario, Step } from '../scenario.ts';
import { connectedAlone, exchange, read, STATELESS, wait, write } from '../steps.ts';
import { text } from '../text.ts';

/** The path goes dead with data in flight, until tcp_retries2 has run out. */
const givesUp: readonly Step[] = [
  ...connectedAlone(5432),
  ...exchange('client', 'server', 'SELECT 1;', '1 row'),
  wait(60),
  { do: 'lose', match: {} },
  write('client', 'SELECT 2;'),
  wait(6500),
  read('client', 'ETIMEDOUT'),
  { do: 'heal' },
];

const sysctls = { client: { 'net.ipv4.tcp_retries2': 3 } } as const;

export const retransmissionTimeoutScenario: Scenario = {
  id: 'retransmission-timeout',
  title: text(
    'Data stays unacknowledged until tcp_retries2 runs out',
    '数据一直未被确认，直到 tcp_retries2 用尽',
  ),
  variants: [
    {
      name: 'silent',
      what: text('The client gives up in silence: no reset at all', '客户端悄悄放弃：没有任何 RST'),
      makes: 'retransmission-timeout',
      sameWire: ['user-timeout'],
      seenAt: { server: { makes: 'none' } },
      lookalikes: ['connect-timeout', 'half-open-restart'],
      claims: ['A17', 'B5'],
      sysctls,
      steps: givesUp,
    },
    {
      name: 'then-data',
      what: text(
        "The client gave up; later the server's segment draws a reset",
        '客户端已放弃；之后服务端的报文段换来 RST',
      ),
      makes: 'retransmission-timeout',
      sameWire: ['user-timeout'],
      seenAt: { server: { sameWire: ['user-timeout', ...STATELESS] } },
      lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
      claims: ['A17'],
      sysctls,
      steps: [...givesUp, write('server', 'notice'), wait(100), read('server', 'ECONNRESET')],
    },
  ],
};
