import type { Scenario } from '../scenario.ts';
import { close, connect, connected, exchange, orderlyEnd, wait, write } from '../steps.ts';
import { text } from '../text.ts';

const refusedTwice = [
  connect(8080, 'client', 'ECONNREFUSED'),
  write('client', 'x', 'EPIPE'),
  wait(200),
  connect(8080, 'again', 'ECONNREFUSED'),
  wait(50),
];

export const closedPortScenario: Scenario = {
  id: 'closed-port',
  title: text('connect() to a port on which nobody listens', '连接一个没有人监听的端口'),
  variants: [
    {
      name: 'nobody',
      what: text('There is no socket on the port', '端口上没有任何套接字'),
      makes: 'closed-port',
      lookalikes: ['half-open-restart', 'listener-got-ack', 'connect-cancelled'],
      claims: ['A1', 'A3', 'B2', 'D1', 'E1'],
      steps: refusedTwice,
    },
    {
      name: 'bound',
      what: text(
        'A socket is bound to the port and does not listen',
        '端口上绑定了套接字，但没有监听',
      ),
      makes: 'closed-port',
      lookalikes: ['half-open-restart', 'listener-got-ack', 'connect-cancelled'],
      claims: ['A2', 'D1'],
      steps: [{ do: 'bind', on: 'server', socket: 'bound', port: 8080 }, ...refusedTwice],
    },
    {
      name: 'filtered',
      what: text(
        'A packet filter drops the SYN in silence: no answer, connect() times out',
        '防火墙悄悄丢弃 SYN：没有应答，connect() 超时',
      ),
      makes: 'connect-timeout',
      lookalikes: ['closed-port'],
      claims: ['A1'],
      sysctls: { client: { 'net.ipv4.tcp_syn_retries': 1 } },
      steps: [
        { do: 'filter', at: 'server', match: { toward: 'server' }, port: 8080, action: 'drop' },
        {
          do: 'connect',
          on: 'client',
          socket: 'client',
          port: 8080,
          withinMs: 30_000,
          expect: 'ETIMEDOUT',
        },
        wait(50),
      ],
    },
    {
      name: 'starting',
      what: text(
        'The port is closed at first; the service starts and the third attempt succeeds',
        '端口起初关闭；服务启动后第三次尝试成功',
      ),
      makes: 'closed-port',
      lookalikes: ['firewall-reject', 'half-open-restart'],
      claims: ['A1'],
      steps: [
        connect(8080, 'first', 'ECONNREFUSED'),
        wait(200),
        connect(8080, 'second', 'ECONNREFUSED'),
        wait(200),
        ...connected(8080),
        ...exchange(),
        ...orderlyEnd(),
        close('listener'),
      ],
    },
  ],
};
