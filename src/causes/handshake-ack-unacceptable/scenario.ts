import type { Scenario, Step } from '../scenario.ts';
import { accept, exchange, listen, orderlyEnd, SYN, SYN_ACK, wait } from '../steps.ts';
import { text } from '../text.ts';

const begin: Step = {
  do: 'connect',
  on: 'client',
  socket: 'client',
  port: 8080,
  from: 40_000,
  pending: true,
};

/** The client's reset has been seen; what was held is late beyond use, and the next SYN connects. */
const succeeds: readonly Step[] = [
  { do: 'await', match: { toward: 'server', has: ['RST'] } },
  wait(30),
  { do: 'discard' },
  wait(1300),
  { do: 'collect', socket: 'client', expect: 'ok' },
  accept(),
  ...exchange(),
  ...orderlyEnd(),
];

export const handshakeAckUnacceptableScenario: Scenario = {
  id: 'handshake-ack-unacceptable',
  title: text(
    'A SYN,ACK acknowledges what the client has not sent',
    'SYN,ACK 确认了客户端没有发送过的序号',
  ),
  variants: [
    {
      name: 'old-syn',
      what: text(
        'An old duplicate SYN arrives first, and the answer to it is reset',
        '旧的重复 SYN 先到，对它的应答被 RST 拒绝',
      ),
      makes: 'handshake-ack-unacceptable',
      sameWire: ['four-tuple-reuse', 'time-wait-collision'],
      lookalikes: ['closed-port', 'connect-cancelled', 'half-open-restart'],
      claims: ['A12'],
      steps: [
        listen(8080),
        { do: 'hold', match: SYN },
        begin,
        { do: 'await', match: SYN },
        { do: 'inject', like: SYN, flags: ['SYN'], seqPlus: -700_000, options: { echoPlus: 0 } },
        ...succeeds,
      ],
    },
    {
      name: 'wrong-syn-ack',
      what: text(
        'A SYN,ACK with a wrong acknowledgment reaches SYN-SENT',
        '确认号错误的 SYN,ACK 到达 SYN-SENT',
      ),
      makes: 'handshake-ack-unacceptable',
      sameWire: ['four-tuple-reuse', 'time-wait-collision', 'port-scan'],
      lookalikes: ['closed-port', 'connect-cancelled', 'half-open-restart'],
      claims: ['A12'],
      steps: [
        listen(8080),
        { do: 'hold', match: SYN_ACK },
        begin,
        { do: 'await', match: SYN_ACK },
        {
          do: 'inject',
          like: SYN_ACK,
          flags: ['SYN', 'ACK'],
          ackPlus: -700_000,
          options: { echoPlus: 0 },
        },
        ...succeeds,
      ],
    },
  ],
};
