import type { Scenario, Step, Variant } from '../scenario.ts';
import { accept, exchange, listen, read, wait } from '../steps.ts';
import { text } from '../text.ts';

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
  what: string,
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
        'A lower sequence number: the reset ends TIME-WAIT, the next SYN connects',
        ['A18', 'B6'],
        secondWith(2_000_000_000, connects),
      ),
      timestamps: false,
    },
    {
      ...variant(
        'rfc1337',
        'tcp_rfc1337 1: the reset does not end TIME-WAIT, and all repeats',
        ['A18', 'B6'],
        secondWith(2_000_000_000, []),
      ),
      timestamps: false,
      sysctls: { server: { 'net.ipv4.tcp_rfc1337': 1 } },
    },
    {
      ...variant(
        'reused',
        'A higher sequence number: the four-tuple is taken over',
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
        'A lower sequence number with a newer timestamp: taken over',
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
        'Both must be newer, as the documents say: the same SYN is refused',
        ['A18'],
        secondWith(2_000_000_000, connects),
      ),
      timestamps: true,
      beyondLinux: true,
      sysctls: { server: { 'resetlab.time_wait_syn': 'both' } },
    },
  ],
};
