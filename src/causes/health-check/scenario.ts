import type { Scenario, Step } from '../scenario.ts';
import { ABORTS, abort, accept, close, connect, exchange, listen, read, wait } from '../steps.ts';
import { text } from '../text.ts';

const TURNS = Array.from({ length: 8 }, (_, turn) => turn);

const ordinary = (turn: number): readonly Step[] => [
  connect(8080, `client ${turn}`),
  accept(`served ${turn}`),
  ...exchange(`client ${turn}`, `served ${turn}`),
  close(`client ${turn}`),
  read(`served ${turn}`, 'EOF'),
  close(`served ${turn}`),
];

export const healthCheckScenario: Scenario = {
  id: 'health-check',
  title: text('A checker connects and resets at a fixed interval', '健康检查按固定间隔建连后复位'),
  variants: [
    {
      name: 'periodic',
      what: text(
        'SO_LINGER 0 every 0.7 s without a byte, among ordinary clients',
        '在普通客户端之间，每 0.7 秒一次 SO_LINGER 0，不发一个字节',
      ),
      makes: 'health-check',
      knownAs: 'linger-zero',
      sameWire: ABORTS,
      lookalikes: ['client-abort', 'half-open-restart', 'closed-port'],
      claims: ['A5'],
      delayMs: 1,
      steps: [
        listen(8080),
        ...TURNS.flatMap((turn): readonly Step[] => [
          connect(8080, `probe ${turn}`),
          wait(10),
          ...abort(`probe ${turn}`),
          accept(`probed ${turn}`),
          read(`probed ${turn}`, 'ECONNRESET'),
          ...(turn % 3 === 1 ? ordinary(turn) : []),
          wait(700),
        ]),
      ],
    },
    {
      name: 'polling-client',
      what: text(
        'A client that asks and aborts at the same interval is no health check',
        '以同样间隔发请求并中止的客户端不是健康检查',
      ),
      makes: 'linger-zero',
      sameWire: ABORTS,
      lookalikes: ['health-check', 'half-open-restart'],
      claims: ['A5'],
      steps: [
        listen(8080),
        ...TURNS.flatMap((turn): readonly Step[] => [
          connect(8080, `client ${turn}`),
          accept(`served ${turn}`),
          ...exchange(`client ${turn}`, `served ${turn}`),
          wait(20),
          ...abort(`client ${turn}`),
          wait(20),
          read(`served ${turn}`, 'ECONNRESET'),
          close(`served ${turn}`),
          wait(660),
        ]),
      ],
    },
  ],
};
