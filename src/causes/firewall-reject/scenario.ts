import type { Scenario, Step } from '../scenario.ts';
import {
  connectedAlone,
  connect,
  exchange,
  listen,
  read,
  REQUEST,
  STATELESS,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

const talk: readonly Step[] = [...connectedAlone(80), ...exchange(), wait(300)];

export const firewallRejectScenario: Scenario = {
  id: 'firewall-reject',
  title: text('A packet filter rejects with a reset', '防火墙以 RST 拒绝'),
  variants: [
    {
      name: 'syn',
      what: text('A firewall between the hosts rejects the SYN', '两台主机之间的防火墙拒绝 SYN'),
      makes: 'firewall-reject',
      sameWire: ['closed-port'],
      seenAt: { server: { makes: 'none' } },
      lookalikes: ['connect-timeout', 'linger-zero', 'half-open-restart'],
      claims: ['A22', 'D1'],
      between: 'router',
      steps: [
        listen(80),
        { do: 'filter', at: 'router', match: { toward: 'server' }, port: 80, action: 'reset' },
        connect(80, 'client', 'ECONNREFUSED'),
        wait(60),
      ],
    },
    {
      name: 'mid',
      what: text(
        'The rule appears in the middle of a connection; the server learns nothing',
        '规则在连接中途生效；服务端毫不知情',
      ),
      makes: 'firewall-reject',
      sameWire: STATELESS,
      seenAt: { server: { makes: 'none' } },
      lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
      claims: ['A22', 'D2'],
      between: 'router',
      steps: [
        ...talk,
        {
          do: 'filter',
          at: 'router',
          match: { toward: 'server', text: true },
          port: 80,
          action: 'reset',
        },
        write('client', REQUEST),
        wait(60),
        read('client', 'ECONNRESET'),
      ],
    },
    {
      name: 'mid-answer',
      what: text(
        "The server's answer is rejected: the reset goes to the server",
        '服务端的应答被拒绝：RST 发给服务端',
      ),
      makes: 'firewall-reject',
      sameWire: STATELESS,
      seenAt: { client: { makes: 'none' } },
      lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
      claims: ['A22', 'D2'],
      between: 'router',
      steps: [
        ...talk,
        {
          do: 'filter',
          at: 'router',
          match: { toward: 'client', text: true },
          port: 80,
          action: 'reset',
        },
        write('client', REQUEST),
        read('server', REQUEST.length),
        write('server', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
        wait(60),
        read('server', 'ECONNRESET'),
      ],
    },
    {
      name: 'own-host',
      what: text(
        "The server's own packet filter rejects the SYN of a port that listens",
        '端口在监听，服务端自己的防火墙却拒绝 SYN',
      ),
      makes: 'firewall-reject',
      sameWire: ['closed-port'],
      lookalikes: ['connect-timeout', 'linger-zero', 'half-open-restart'],
      claims: ['A22', 'D1'],
      steps: [
        listen(80),
        { do: 'filter', at: 'server', match: { toward: 'server' }, port: 80, action: 'reset' },
        connect(80, 'client', 'ECONNREFUSED'),
        wait(60),
      ],
    },
  ],
};
