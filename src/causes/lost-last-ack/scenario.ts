import type { Scenario } from '../scenario.ts';
import {
  CLIENT_ACK,
  close,
  connectedAlone,
  exchange,
  NO_REPLY,
  read,
  shutdown,
  wait,
} from '../steps.ts';
import { text } from '../text.ts';

const sysctls = { client: { 'net.ipv4.tcp_max_tw_buckets': 0 } } as const;

export const lostLastAckScenario: Scenario = {
  id: 'lost-last-ack',
  title: text(
    'There is no TIME-WAIT, and a FIN is sent again',
    '没有 TIME-WAIT，而对端的 FIN 又来了一次',
  ),
  variants: [
    {
      name: 'retransmitted-fin',
      what: text(
        'tcp_max_tw_buckets 0; the last ACK was lost and the repeated FIN is reset',
        'tcp_max_tw_buckets 为 0；最后的 ACK 丢失，重传的 FIN 换来 RST',
      ),
      makes: 'lost-last-ack',
      sameWire: ['half-open-restart', 'data-after-close'],
      lookalikes: NO_REPLY,
      claims: ['A13'],
      sysctls,
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        shutdown('client', 'SHUT_WR'),
        wait(80),
        { do: 'lose', match: CLIENT_ACK },
        shutdown('server', 'SHUT_WR'),
        wait(60),
        read('client', 'EOF'),
        close('client'),
        wait(600),
        // The end of file comes before the error, which is still there.
        read('server', 'EOF'),
        { do: 'error', socket: 'server', expect: 'ECONNRESET' },
      ],
    },
    {
      name: 'first-fin',
      what: text(
        'tcp_max_tw_buckets 0 and close(): already the first FIN of the peer is reset',
        'tcp_max_tw_buckets 为 0 且调用 close()：对端的第一个 FIN 就换来 RST',
      ),
      makes: 'lost-last-ack',
      sameWire: ['half-open-restart', 'data-after-close'],
      lookalikes: NO_REPLY,
      claims: ['A13'],
      sysctls,
      steps: [
        ...connectedAlone(8080),
        ...exchange(),
        close('client'),
        wait(80),
        shutdown('server', 'SHUT_WR'),
        wait(600),
      ],
    },
  ],
};
