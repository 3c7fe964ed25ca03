import type { Role, Scenario, Variant } from '../scenario.ts';
import { connectedAlone, exchange, keepalive, other, read, ROLE_NAME, wait } from '../steps.ts';
import { text } from '../text.ts';

const probing = (prober: Role): Variant => ({
  name: `by-${prober}`,
  what: text(
    `The path towards the ${prober} goes dead while the connection is idle`,
    `连接空闲时，通往${ROLE_NAME[prober].zh}的路径断了`,
  ),
  makes: 'keepalive-timeout',
  sameWire: ['user-timeout'],
  lookalikes: ['close-with-unread-data', 'half-open-restart', 'middlebox-idle-timeout'],
  claims: ['A9', 'D2'],
  steps: [
    ...connectedAlone(5432),
    ...keepalive(prober, 1, 1, 3),
    ...exchange(),
    wait(100),
    { do: 'lose', match: { toward: prober } },
    wait(4700),
    read(prober, 'ETIMEDOUT'),
    read(other(prober), 'ECONNRESET'),
  ],
});

export const keepaliveTimeoutScenario: Scenario = {
  id: 'keepalive-timeout',
  title: text('Keepalive probes go unanswered', '保活探测得不到应答'),
  variants: [probing('client'), probing('server')],
};
