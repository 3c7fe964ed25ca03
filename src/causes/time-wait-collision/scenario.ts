import type { Scenario, Step, Variant } from '../scenario.ts';
import { accept, exchange, listen, read, wait } from '../steps.ts';
import { text, type Text } from '../text.ts';

const connectFrom = (socket: string, initialSequence: number): Step => ({
  do: 'connect',
  on: 'client',
  socket,
  port: 8080,
  from: 40_000,
  initialSequence,
  withinMs: 4000,
});

/** The server closes first and waits in TIME-WAIT; a second connection comes from the same port. */
const secondWith = (initialSequence: number, after: readonly Step[]): readonly Step[] => [
  listen(8080),
  connectFrom('first', 3_000_000_000),
  accept(),
  ...exchange('first'),
  { do: 'close', socket: 'server', expect: 'ok' },
  wait(60),
  read('first', 'EOF'),
  { do: 'close', socket: 'first', expect: 'ok' },
  wait(60),
  connectFrom('second', initialSequence),
  ...after,
];

const connects: readonly Step[] = [accept('again'), ...exchange('second', 'again'), wait(50)];

const variant = (
  name: string,
  what: Text,
  claims: readonly string[],
  steps: readonly Step[],
): Variant => ({
  name,
  what,
  makes: 'time-wait-collision',
  knownAs: 'handshake-ack-unacceptable',
  sameWire: ['handshake-ack-unacceptable', 'four-tuple-reuse'],
  lookalikes: ['closed-port', 'connect-cancelled', 'half-open-restart'],
  claims,
  steps,
});

export const timeWaitCollisionScenario: Scenario = {
  id: 'time-wait-collision',
  title: text('A SYN meets the old connection in TIME-WAIT', 'SYN 遇到处于 TIME-WAIT 的旧连接'),
  variants: [
    {
      ...variant(
        'lower',
        text(
          'A lower sequence number: the reset ends TIME-WAIT, the next SYN connects',
          '序列号更小：RST 结束 TIME-WAIT，下一个 SYN 建立连接',
        ),
        ['A18', 'B6'],
        secondWith(2_000_000_000, connects),
      ),
      timestamps: false,
    },
    {
      ...variant(
        'rfc1337',
        text(
          'tcp_rfc1337 1: the reset does not end TIME-WAIT, and all repeats',
          'tcp_rfc1337 为 1：RST 不结束 TIME-WAIT，一切重演',
        ),
        ['A18', 'B6'],
        secondWith(2_000_000_000, []),
      ),
      timestamps: false,
      sysctls: { server: { 'net.ipv4.tcp_rfc1337': 1 } },
    },
    {
      ...variant(
        'reused',
        text(
          'A higher sequence number: the four-tuple is taken over',
          '序列号更大：四元组被新连接接管',
        ),
        ['A18'],
        secondWith(3_900_000_000, connects),
      ),
      makes: 'none',
      lookalikes: ['time-wait-collision'],
      timestamps: false,
    },
    {
      ...variant(
        'newer-timestamp',
        text(
          'A lower sequence number with a newer timestamp: taken over',
          '序列号更小但时间戳更新：同样被接管',
        ),
        ['A18'],
        secondWith(2_000_000_000, connects),
      ),
      makes: 'none',
      lookalikes: ['time-wait-collision'],
      timestamps: true,
    },
    {
      ...variant(
        'both',
        text(
          'Both must be newer, as the documents say: the same SYN is refused',
          '二者都须更新，如文档所述：同样的 SYN 被拒绝',
        ),
        ['A18'],
        secondWith(2_000_000_000, connects),
      ),
      timestamps: true,
      beyondLinux: true,
      sysctls: { server: { 'resetlab.time_wait_syn': 'both' } },
    },
  ],
};
