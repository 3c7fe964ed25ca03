import type { Scenario, Step } from '../scenario.ts';
import { CLIENT_ACK, connect, listen, read, wait } from '../steps.ts';
import { text } from '../text.ts';

const halfOpen: readonly Step[] = [
  listen(8080),
  { do: 'lose', match: CLIENT_ACK },
  connect(8080),
  wait(4000),
];

export const synFloodDefenceScenario: Scenario = {
  id: 'syn-flood-defence',
  title: text('A half-open connection is given up', '半连接超时被放弃'),
  variants: [
    {
      name: 'reset',
      what: text(
        'The server resets a half-open connection that it gives up',
        '服务端放弃半连接时发 RST',
      ),
      makes: 'syn-flood-defence',
      lookalikes: ['closed-port', 'half-open-restart', 'keepalive-timeout'],
      sameWire: ['linger-zero', 'listener-closed', 'disconnect', 'destroyed', 'injected'],
      claims: ['A24'],
      beyondLinux: true,
      sysctls: {
        server: { 'net.ipv4.tcp_synack_retries': 1, 'resetlab.half_open_timeout': 'reset' },
      },
      steps: [...halfOpen, read('client', 'ECONNRESET')],
    },
    {
      name: 'linux',
      what: text('Linux gives it up in silence', 'Linux 悄悄放弃它'),
      makes: 'none',
      lookalikes: ['syn-flood-defence'],
      claims: ['A17', 'A24'],
      sysctls: { server: { 'net.ipv4.tcp_synack_retries': 1 } },
      steps: [...halfOpen, read('client', 'nothing')],
    },
  ],
};
