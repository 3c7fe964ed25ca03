import type { ConnectionTable, Match, Role, Step } from '../causes/scenario.ts';
import { runWith } from './command.ts';
import type { Namespace } from './namespaces.ts';

export type Filter = Extract<Step, { readonly do: 'filter' }>;

/** The addresses that rules speak of. */
export interface Addresses {
  readonly family: 4 | 6;
  readonly client: string;
  readonly server: string;
  readonly service: string;
  /** A segment without text is as long as its headers, which timestamps make 12 bytes longer. */
  readonly timestamps: boolean;
}

const VERDICTS = {
  drop: 'drop',
  reset: 'reject with tcp reset',
  'port-unreachable': 'reject with icmpx type port-unreachable',
  'admin-prohibited': 'reject with icmpx type admin-prohibited',
} as const;

/** Adds a rule to the packet filter of a router, or of the server itself. */
export const addFilter = async (
  space: Namespace,
  filter: Filter,
  addresses: Addresses,
): Promise<void> => {
  await nft(space, filterLines(filter, addresses));
};

/** The rule in the language of nft(8). Throws for a match that a packet filter cannot make. */
export const filterLines = (
  { at, match, port, action }: Filter,
  addresses: Addresses,
): readonly string[] => {
  const ways: readonly Role[] = match.toward === undefined ? ['client', 'server'] : [match.toward];
  return ways.flatMap((toward) => {
    const hook = at === 'router' ? 'forward' : toward === 'server' ? 'input' : 'output';
    const rule = [...conditions(match, toward, port, addresses), VERDICTS[action]].join(' ');
    return [
      `add table inet resetlab`,
      `add chain inet resetlab ${hook} { type filter hook ${hook} priority 0 ; }`,
      `add rule inet resetlab ${hook} ${rule}`,
    ];
  });
};

/** Sets up what a router keeps of connections. */
export const addTable = async (
  space: Namespace,
  table: ConnectionTable,
  addresses: Addresses,
): Promise<void> => {
  if (table.kind === 'firewall') await nft(space, statefulFilter(table.unknown));
  else {
    await space.ip(`addr add ${addresses.service}/32 dev lo`);
    await nft(space, service(table.port, addresses));
  }
  space.sysctl('net.netfilter.nf_conntrack_tcp_loose', 0);
  const seconds = Math.ceil(table.idleMs / 1000);
  space.sysctl('net.netfilter.nf_conntrack_tcp_timeout_established', seconds);
};

const statefulFilter = (unknown: 'drop' | 'reset'): string[] => [
  'add table inet state',
  'add chain inet state forward { type filter hook forward priority 1 ; }',
  'add rule inet state forward ct state established,new accept',
  `add rule inet state forward ct state invalid meta l4proto tcp ${VERDICTS[unknown]}`,
];

const service = (port: number, addresses: Addresses): string[] => [
  'add table ip service',
  'add chain ip service prerouting { type nat hook prerouting priority -100 ; }',
  `add rule ip service prerouting ip daddr ${addresses.service} tcp dport ${port} dnat to ${addresses.server}`,
];

const conditions = (
  match: Match,
  toward: Role,
  port: number | undefined,
  addresses: Addresses,
): string[] => {
  if (match.contains !== undefined || match.sockets !== undefined) {
    throw new Error('a packet filter cannot look for text or sockets');
  }
  const { flags, has, text } = match;
  const ip = addresses.family === 4 ? 'ip' : 'ip6';
  return [
    `${ip} daddr ${addresses[toward]}`,
    port === undefined
      ? 'meta l4proto tcp'
      : `tcp ${toward === 'server' ? 'dport' : 'sport'} ${port}`,
    ...(flags === undefined ? [] : [`tcp flags & (fin|syn|rst|ack) == ${namesOf(flags)}`]),
    ...(has === undefined ? [] : [`tcp flags & ${namesOf(has)} == ${namesOf(has)}`]),
    ...(text === undefined ? [] : [`meta length ${text ? '>' : '<='} ${headersOf(addresses)}`]),
  ];
};

const namesOf = (flags: readonly string[]): string => `(${flags.join('|').toLowerCase()})`;

const headersOf = ({ family, timestamps }: Addresses): number =>
  (family === 4 ? 20 : 40) + 20 + (timestamps ? 12 : 0);

const nft = async (space: Namespace, lines: readonly string[]): Promise<void> => {
  await runWith(lines.join('\n'), 'ip', ...space.inside('nft', '-f', '-'));
};
