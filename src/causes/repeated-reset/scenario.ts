import type { Scenario, Step, Variant } from '../scenario.ts';
import {
  ABORTS,
  close,
  connected,
  connectedAlone,
  read,
  REQUEST,
  STATELESS,
  wait,
  write,
} from '../steps.ts';
import { text, type Text } from '../text.ts';

/** The server closes with a request unread, and its reset does not arrive. */
const lost = (open: readonly Step[], times: number): readonly Step[] => [
  ...open,
  write('client', REQUEST),
  wait(60),
  { do: 'lose', match: { has: ['RST'] }, times },
  close('server'),
  wait(200),
  write('client', 'are you there?'),
  wait(700),
  read('client', 'ECONNRESET'),
  write('client', 'more', 'EPIPE'),
];

const variant = (name: string, what: Text, steps: readonly Step[]): Variant => ({
  name,
  what,
  makes: 'repeated-reset',
  sameWire: STATELESS,
  follows: ['repeated-reset'],
  // There the first reset, that was lost on the way, is in the capture.
  seenAt: { server: { makes: 'close-with-unread-data', sameWire: ABORTS } },
  lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
  claims: ['B5', 'D2'],
  steps,
});

export const repeatedResetScenario: Scenario = {
  id: 'repeated-reset',
  title: text(
    'The first reset is lost; the peer goes on and draws another',
    '第一个 RST 丢失，对端继续发送又引来一个',
  ),
  variants: [
    variant(
      'once',
      text('Nobody listens on the port any more', '端口上已没有人监听'),
      lost(connectedAlone(8080), 1),
    ),
    variant('listening', text('The port still listens', '端口仍在监听'), lost(connected(8080), 1)),
    variant(
      'twice',
      text(
        'The second reset is lost too: the retransmission draws a third',
        '第二个 RST 也丢失：重传换来第三个',
      ),
      lost(connectedAlone(8080), 2),
    ),
    {
      ...variant(
        'all',
        text(
          'Every reset is lost: the peer sends again until it gives up',
          '每个 RST 都丢失：对端一直重传直到放弃',
        ),
        [
          ...connectedAlone(8080),
          write('client', REQUEST),
          wait(60),
          { do: 'lose', match: { has: ['RST'] } },
          close('server'),
          wait(200),
          write('client', 'are you there?'),
          wait(9000),
          read('client', 'ETIMEDOUT'),
        ],
      ),
      makes: 'retransmission-timeout',
      sameWire: ['user-timeout'],
      sysctls: { client: { 'net.ipv4.tcp_retries2': 3 } },
    },
  ],
};
