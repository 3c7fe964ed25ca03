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
    `The ${actor} calls connect() with AF_UNSPEC after a complete exchange`,
    `一次完整的往来之后，${ROLE_NAME[actor].zh}以 AF_UNSPEC 调用 connect()`,
  ),
  makes: 'disconnect',
  sameWire: ABORTS,
  lookalikes: NO_ABORT,
  claims: ['B4'],
  steps: [
    ...connectedAlone(8080),
    ...exchange(),
    wait(40),
    { do: 'disconnect', socket: actor, expect: 'ok' },
    wait(60),
    read(other(actor), 'ECONNRESET'),
  ],
});

export const disconnectScenario: Scenario = {
  id: 'disconnect',
  title: text('connect() to AF_UNSPEC', '以 AF_UNSPEC 调用 connect()'),
  variants: [variant('server'), variant('client')],
};
