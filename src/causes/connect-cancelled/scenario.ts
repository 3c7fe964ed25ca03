import type { Scenario, Step, Variant } from '../scenario.ts';
import { close, listen, SYN_ACK, wait } from '../steps.ts';
import { text, type Text } from '../text.ts';

const variant = (name: string, what: Text, givesUp: Step): Variant => ({
  name,
  what,
  makes: 'connect-cancelled',
  sameWire: ['port-scan'],
  lookalikes: ['closed-port', 'linger-zero', 'half-open-restart'],
  claims: ['A3'],
  steps: [
    listen(8080),
    { do: 'hold', match: SYN_ACK },
    { do: 'connect', on: 'client', socket: 'client', port: 8080, pending: true },
    { do: 'await', match: SYN_ACK },
    givesUp,
    { do: 'release' },
    wait(100),
  ],
});

export const connectCancelledScenario: Scenario = {
  id: 'connect-cancelled',
  title: text(
    'The client gives connect() up before the SYN,ACK comes',
    'SYN,ACK 到达之前客户端已放弃 connect()',
  ),
  variants: [
    variant('close', text('The application closes the socket', '应用关闭套接字'), close('client')),
    variant('killed', text('The process is killed', '进程被杀'), { do: 'kill', on: 'client' }),
  ],
};
