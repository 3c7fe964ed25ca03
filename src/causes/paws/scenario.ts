import type { Scenario } from '../scenario.ts';
import { accept, exchange, listen, SYN_ACK, wait } from '../steps.ts';
import { text } from '../text.ts';

export const pawsScenario: Scenario = {
  id: 'paws',
  title: text(
    'A SYN,ACK echoes a timestamp that was never sent',
    'SYN,ACK 回显了从未发送过的时间戳',
  ),
  variants: [
    {
      name: 'syn-ack',
      what: text(
        'The SYN,ACK that arrives has an impossible TSecr; it is reset, the next one connects',
        '到达的 SYN,ACK 带有不可能的 TSecr；它被 RST 拒绝，下一个建立连接',
      ),
      makes: 'paws',
      lookalikes: ['closed-port', 'linger-zero', 'half-open-restart'],
      sameWire: [],
      claims: ['A3'],
      timestamps: true,
      steps: [
        listen(8080),
        { do: 'hold', match: SYN_ACK },
        { do: 'connect', on: 'client', socket: 'client', port: 8080, pending: true },
        { do: 'await', match: SYN_ACK },
        { do: 'inject', like: SYN_ACK, flags: ['SYN', 'ACK'], options: { echoPlus: 500_000_000 } },
        { do: 'await', match: { toward: 'server', has: ['RST'] } },
        { do: 'discard' },
        wait(1300),
        { do: 'collect', socket: 'client', expect: 'ok' },
        accept(),
        ...exchange(),
      ],
    },
  ],
};
