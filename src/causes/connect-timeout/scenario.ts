import type { Scenario } from '../scenario.ts';
import { listen } from '../steps.ts';
import { text } from '../text.ts';

export const connectTimeoutScenario: Scenario = {
  id: 'connect-timeout',
  title: text('Every SYN is dropped in silence', '所有 SYN 都被悄悄丢弃'),
  variants: [
    {
      name: 'dropped',
      what: text("The server's packet filter drops them", '服务端的防火墙丢弃它们'),
      makes: 'connect-timeout',
      lookalikes: ['closed-port', 'connect-unreachable'],
      claims: ['A1', 'A25'],
      sysctls: {
        client: { 'net.ipv4.tcp_syn_retries': 2, 'net.ipv4.tcp_syn_linear_timeouts': 0 },
      },
      steps: [
        listen(5432),
        { do: 'filter', at: 'server', match: { toward: 'server' }, port: 5432, action: 'drop' },
        {
          do: 'connect',
          on: 'client',
          socket: 'client',
          port: 5432,
          withinMs: 15_000,
          expect: 'ETIMEDOUT',
        },
      ],
    },
  ],
};
