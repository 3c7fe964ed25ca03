import type { Scenario } from '../scenario.ts';
import {
  accept,
  connectedAlone,
  exchange,
  listen,
  read,
  STATELESS,
  wait,
  write,
} from '../steps.ts';
import { text } from '../text.ts';

export const middleboxIdleTimeoutScenario: Scenario = {
  id: 'middlebox-idle-timeout',
  title: text('A box on the way has forgotten the idle connection', '中间设备已忘记空闲的连接'),
  variants: [
    {
      name: 'reset',
      what: text(
        'A stateful firewall resets what it does not know any more',
        '有状态防火墙以 RST 回应它已不认识的连接',
      ),
      makes: 'middlebox-idle-timeout',
      sameWire: STATELESS,
      seenAt: { server: { makes: 'none' } },
      lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
      claims: ['A22', 'D2'],
      between: 'router',
      table: { kind: 'firewall', idleMs: 3000, unknown: 'reset' },
      steps: [
        ...connectedAlone(5432),
        ...exchange('client', 'server', 'SELECT 1;', '1 row'),
        wait(6000),
        write('client', 'SELECT 2;'),
        wait(100),
        read('client', 'ECONNRESET'),
      ],
    },
    {
      name: 'service',
      what: text(
        'A NAT forgot the connection; its own stack answers for the virtual address',
        'NAT 忘记了连接；由它自己的协议栈替虚拟地址应答',
      ),
      makes: 'middlebox-idle-timeout',
      sameWire: STATELESS,
      seenAt: { server: { makes: 'none' } },
      lookalikes: ['linger-zero', 'closed-port', 'data-after-close'],
      claims: ['A3', 'D2'],
      between: 'router',
      table: { kind: 'service', idleMs: 3000, port: 5432 },
      family: 4,
      steps: [
        listen(5432),
        { do: 'connect', on: 'client', socket: 'client', port: 5432, to: 'service', expect: 'ok' },
        accept(),
        ...exchange('client', 'server', 'SELECT 1;', '1 row'),
        wait(6000),
        write('client', 'SELECT 2;'),
        wait(100),
        read('client', 'ECONNRESET'),
      ],
    },
    {
      name: 'silent',
      what: text(
        'It drops what it does not know: retransmissions until the client gives up',
        '它丢弃不认识的报文：客户端重传直到放弃',
      ),
      makes: 'retransmission-timeout',
      sameWire: ['user-timeout'],
      seenAt: { server: { makes: 'none' } },
      lookalikes: ['middlebox-idle-timeout', 'half-open-restart'],
      claims: ['A17'],
      between: 'router',
      table: { kind: 'firewall', idleMs: 3000, unknown: 'drop' },
      sysctls: { client: { 'net.ipv4.tcp_retries2': 3 } },
      steps: [
        ...connectedAlone(5432),
        ...exchange('client', 'server', 'SELECT 1;', '1 row'),
        wait(6000),
        write('client', 'SELECT 2;'),
        wait(6500),
        read('client', 'ETIMEDOUT'),
      ],
    },
  ],
};
