import type { Scenario, Step } from '../scenario.ts';
import {
  connectedAlone,
  exchange,
  keepalive,
  option,
  read,
  STATELESS,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

const givesUp: readonly Step[] = [
  ...connectedAlone(5432),
  option('client', 'TCP_USER_TIMEOUT', 3000),
  ...exchange('client', 'server', 'SELECT 1;', '1 row'),
  wait(60),
  { do: 'lose', match: {} },
  write('client', 'SELECT 2;'),
  wait(4500),
  read('client', 'ETIMEDOUT'),
  { do: 'heal' },
];

export const userTimeoutScenario: Scenario = {
  id: 'user-timeout',
  title: text('TCP_USER_TIMEOUT ends the connection', 'TCP_USER_TIMEOUT 到期，连接结束'),
  variants: [
    {
      name: 'silent',
      what: text('With unacknowledged data it ends in silence', '有未确认的数据时，悄悄结束'),
      makes: 'user-timeout',
      sameWire: ['retransmission-timeout'],
      seenAt: { server: { makes: 'none' } },
      lookalikes: ['connect-timeout', 'half-open-restart'],
      claims: ['A9'],
      steps: givesUp,
    },
    {
      name: 'then-data',
      what: text(
        "It ended in silence; later the server's segment draws a reset",
        '连接已悄悄结束；之后服务端的报文段换来 RST',
      ),
      makes: 'user-timeout',
      sameWire: ['retransmission-timeout'],
      seenAt: { server: { sameWire: ['retransmission-timeout', ...STATELESS] } },
      lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
      claims: ['A9'],
      steps: [...givesUp, write('server', 'notice'), wait(100), read('server', 'ECONNRESET')],
    },
    {
      name: 'keepalive',
      what: text(
        'An idle connection with keepalive goes out with a reset',
        '开启保活的空闲连接以 RST 告终',
      ),
      makes: 'user-timeout',
      sameWire: ['keepalive-timeout'],
      lookalikes: ['close-with-unread-data', 'half-open-restart', 'closed-port'],
      claims: ['A9'],
      steps: [
        ...connectedAlone(5432),
        ...keepalive('client', 1, 1, 9),
        option('client', 'TCP_USER_TIMEOUT', 2000),
        ...exchange('client', 'server', 'SELECT 1;', '1 row'),
        wait(60),
        { do: 'lose', match: { toward: 'client' } },
        wait(4500),
        read('client', 'ETIMEDOUT'),
        read('server', 'ECONNRESET'),
      ],
    },
  ],
};
