import type { Scenario, Step, Variant } from '../scenario.ts';
import { connectedAlone, exchange, orderlyEnd, wait } from '../steps.ts';
import { text } from '../text.ts';

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

const variant = (name: string, what: string, resets: readonly Step[]): Variant => ({
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
    variant('outside', 'Outside the window: ignored in silence', OUTSIDE),
    variant('inside', 'In the window, not exact: a challenge ACK, the connection lives', INSIDE),
    variant('both', 'First outside, then inside', [...OUTSIDE, ...INSIDE]),
    {
      ...variant('rfc793', 'In the window, under the older rule: the connection ends', INSIDE),
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
