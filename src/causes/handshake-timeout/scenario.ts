import type { Scenario, Step, Variant } from '../scenario.ts';
import { CLIENT_ACK, close, connect, listen, read, wait, write } from '../steps.ts';
import { text, type Text } from '../text.ts';

/** The client believes in the connection; the server's half-open entry expires after one second. */
const expired: readonly Step[] = [
  listen(8080),
  { do: 'lose', match: CLIENT_ACK },
  connect(8080),
  wait(3000),
  { do: 'heal' },
];

const variant = (name: string, what: Text, steps: readonly Step[]): Variant => ({
  name,
  what,
  makes: 'handshake-timeout',
  sameWire: ['accept-queue-overflow'],
  lookalikes: ['closed-port', 'linger-zero', 'data-after-close'],
  seenAt: { client: { sameWire: ['half-open-restart', 'accept-queue-overflow'] } },
  claims: ['A17', 'D2'],
  sysctls: { server: { 'net.ipv4.tcp_synack_retries': 0 } },
  steps,
});

const told: readonly Step[] = [
  write('client', 'PING\r\n'),
  wait(100),
  read('client', 'ECONNRESET'),
];

export const handshakeTimeoutScenario: Scenario = {
  id: 'handshake-timeout',
  title: text(
    'The last ACK of the handshake is lost and the half-open entry expires',
    '握手的最后一个 ACK 丢失，半连接过期',
  ),
  variants: [
    variant('listening', text('The port still listens', '端口仍在监听'), [...expired, ...told]),
    variant('gone', text('Nobody listens any more', '已没有人监听'), [
      ...expired,
      close('listener'),
      ...told,
    ]),
    {
      ...variant(
        'five-retries',
        text(
          'The SYN,ACK is sent again tcp_synack_retries (5) times',
          'SYN,ACK 重传 tcp_synack_retries（5）次',
        ),
        [
          listen(8080),
          { do: 'lose', match: { toward: 'server', has: ['ACK'] } },
          connect(8080),
          wait(70_000),
          { do: 'heal' },
          ...told,
        ],
      ),
      sysctls: {},
    },
  ],
};
