import type { Scenario, Step, Variant } from '../scenario.ts';
import { connectedAlone, exchange, orderlyEnd, wait } from '../steps.ts';
import { text, type Text } from '../text.ts';

const forged = (seqPlus: number): readonly Step[] => [
  {
    do: 'inject',
    like: { toward: 'client', text: true },
    after: true,
    flags: ['RST'],
    seqPlus,
    ttl: 44,
    window: 0,
  },
  wait(60),
];

const OUTSIDE = forged(1_000_000_000);
const INSIDE = forged(100);

const variant = (name: string, what: Text, resets: readonly Step[]): Variant => ({
  name,
  what,
  makes: 'reset-ignored',
  knownAs: 'injected',
  sameWire: ['injected'],
  seenAt: { server: { makes: 'none' } },
  lookalikes: ['linger-zero', 'half-open-restart', 'closed-port'],
  claims: ['B3'],
  steps: [
    ...connectedAlone(80),
    ...exchange(),
    wait(60),
    ...resets,
    ...exchange(),
    ...orderlyEnd(),
  ],
});

export const resetIgnoredScenario: Scenario = {
  id: 'reset-ignored',
  title: text('A reset with a wrong sequence number', '序号不对的 RST'),
  variants: [
    variant(
      'outside',
      text('Outside the window: ignored in silence', '在窗口之外：悄悄忽略'),
      OUTSIDE,
    ),
    variant(
      'inside',
      text(
        'In the window, not exact: a challenge ACK, the connection lives',
        '在窗口之内但不精确：回挑战 ACK，连接存活',
      ),
      INSIDE,
    ),
    variant('both', text('First outside, then inside', '先在窗口之外，再在窗口之内'), [
      ...OUTSIDE,
      ...INSIDE,
    ]),
    {
      ...variant(
        'rfc793',
        text(
          'In the window, under the older rule: the connection ends',
          '在窗口之内，按旧规则：连接结束',
        ),
        INSIDE,
      ),
      makes: 'injected',
      sameWire: ['reset-ignored'],
      follows: ['half-open-restart', 'repeated-reset'],
      seenAt: { server: { makes: 'none' } },
      beyondLinux: true,
      sysctls: { client: { 'resetlab.reset_acceptance': 'rfc793' } },
      steps: [
        ...connectedAlone(80),
        ...exchange(),
        wait(60),
        ...INSIDE,
        { do: 'read', socket: 'client', expect: 'ECONNRESET' },
      ],
    },
  ],
};
