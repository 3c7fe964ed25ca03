import type { Scenario, Variant } from '../scenario.ts';
import { connect, listen, wait } from '../steps.ts';
import { text } from '../text.ts';

const variant = (
  name: string,
  what: string,
  action: 'port-unreachable' | 'admin-prohibited',
  code: 'EACCES' | 'ECONNREFUSED' | 'EHOSTUNREACH',
): Variant => ({
  name,
  what,
  makes: 'connect-unreachable',
  lookalikes: ['closed-port', 'connect-timeout', 'firewall-reject'],
  seenAt: { server: { makes: 'none' } },
  claims: ['A1'],
  between: 'router',
  sysctls: { client: { 'net.ipv4.tcp_syn_retries': 1 } },
  steps: [
    listen(5432),
    { do: 'filter', at: 'router', match: { toward: 'server' }, port: 5432, action },
    connect(5432, 'client', code),
    wait(100),
  ],
});

export const connectUnreachableScenario: Scenario = {
  id: 'connect-unreachable',
  title: text('A router answers the SYN by ICMP', '路由器以 ICMP 回应 SYN'),
  variants: [
    variant('port', 'Port unreachable', 'port-unreachable', 'ECONNREFUSED'),
    {
      ...variant('admin', 'Administratively prohibited', 'admin-prohibited', 'EHOSTUNREACH'),
      family: 4,
    },
    {
      ...variant('admin-v6', 'The same, as ICMPv6 has it', 'admin-prohibited', 'EACCES'),
      family: 6,
    },
  ],
};
