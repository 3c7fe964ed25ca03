import type { Role, Scenario, Variant } from '../scenario.ts';
import {
  ABORTS,
  connectedAlone,
  exchange,
  NO_ABORT,
  other,
  read,
  ROLE_NAME,
  wait,
} from '../steps.ts';
import { text } from '../text.ts';

const variant = (actor: Role): Variant => ({
  name: `by-${actor}`,
  what: text(
    `ss -K on the ${actor}'s host after a complete exchange`,
    `一次完整的往来之后，在${ROLE_NAME[actor].zh}主机上执行 ss -K`,
  ),
  makes: 'destroyed',
  sameWire: ABORTS,
  lookalikes: NO_ABORT,
  claims: ['B4'],
  steps: [
    ...connectedAlone(8080),
    ...exchange(),
    wait(40),
    { do: 'destroy', socket: actor },
    wait(60),
    read(actor, 'ECONNABORTED'),
    read(other(actor), 'ECONNRESET'),
  ],
});

export const destroyedScenario: Scenario = {
  id: 'destroyed',
  title: text('An administrator ends the connection with ss -K', '管理员用 ss -K 结束连接'),
  variants: [variant('server'), variant('client')],
};
