import type { Scenario, Step, Variant } from '../scenario.ts';
import { accept, connect, listen, read, wait, write } from '../steps.ts';
import { text, type Text } from '../text.ts';

/** A backlog of 2 holds three connections; the fourth finds the queue full. */
const overflow: readonly Step[] = [
  listen(8080, 2),
  connect(8080, 'first'),
  connect(8080, 'second'),
  { do: 'connect', on: 'client', socket: 'third', port: 8080, pending: true },
  { do: 'connect', on: 'client', socket: 'fourth', port: 8080, pending: true },
];

const variant = (
  name: string,
  what: Text,
  abortOnOverflow: 0 | 1,
  steps: readonly Step[],
): Omit<Variant, 'makes' | 'lookalikes'> => ({
  name,
  what,
  claims: ['A19'],
  delayMs: 20,
  sysctls: {
    server: {
      'net.ipv4.tcp_abort_on_overflow': abortOnOverflow,
      'net.ipv4.tcp_syncookies': 0,
      'net.ipv4.tcp_synack_retries': 1,
    },
  },
  steps: [...overflow, ...steps],
});

export const acceptQueueOverflowScenario: Scenario = {
  id: 'accept-queue-overflow',
  title: text('The accept queue is full', '全连接队列已满'),
  variants: [
    {
      ...variant(
        'abort',
        text(
          'tcp_abort_on_overflow 1: a reset answers the third segment',
          'tcp_abort_on_overflow 为 1：以 RST 回应第三个报文段',
        ),
        1,
        [
          wait(120),
          { do: 'error', socket: 'fourth', expect: 'ECONNRESET' },
          write('fourth', 'PING\r\n', 'EPIPE'),
          wait(100),
        ],
      ),
      makes: 'accept-queue-overflow',
      sameWire: ['handshake-timeout', 'half-open-restart'],
      lookalikes: ['closed-port', 'linger-zero', 'data-after-close'],
    },
    {
      ...variant(
        'drained',
        text(
          'tcp_abort_on_overflow 0: the ACK is dropped; accept() makes room',
          'tcp_abort_on_overflow 为 0：丢弃 ACK；accept() 腾出位置',
        ),
        0,
        [
          wait(500),
          accept('one'),
          accept('two'),
          accept('three'),
          wait(1500),
          accept('four'),
          { do: 'error', socket: 'fourth', expect: 'ok' },
        ],
      ),
      makes: 'none',
      lookalikes: ['accept-queue-overflow'],
    },
    {
      ...variant(
        'expired',
        text(
          'tcp_abort_on_overflow 0: the entry expires, later data is reset',
          'tcp_abort_on_overflow 为 0：半连接到期，之后的数据换来 RST',
        ),
        0,
        [wait(4500), write('fourth', 'PING\r\n'), wait(100), read('fourth', 'ECONNRESET')],
      ),
      makes: 'accept-queue-overflow',
      sameWire: ['handshake-timeout'],
      lookalikes: ['closed-port', 'linger-zero', 'data-after-close'],
    },
  ],
};
