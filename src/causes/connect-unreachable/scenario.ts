import type { Scenario, Variant } from '../scenario.ts';
import { connect, listen, wait } from '../steps.ts';
import { text, type Text } from '../text.ts';

const variant = (
  name: string,
  what: Text,
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
    variant('port', text('Port unreachable', '端口不可达'), 'port-unreachable', 'ECONNREFUSED'),
    {
      ...variant(
        'admin',
        text('Administratively prohibited', '被管理策略禁止'),
        'admin-prohibited',
        'EHOSTUNREACH',
      ),
      family: 4,
    },
    {
      ...variant(
        'admin-v6',
        text('The same, as ICMPv6 has it', '同上，以 ICMPv6 表示'),
        'admin-prohibited',
        'EACCES',
      ),
      family: 6,
    },
  ],
};
