import { type IpAddress, parseAddress } from '../wire/ip-address.ts';
import type { ScriptOption } from './script.ts';

/** What the `--options` at the head of a script ask for. */
export interface Configuration {
  readonly ipVersion: 4 | 6;
  /** Of the host under test, and of the script itself. */
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** By how much a packet may come early or late. */
  readonly toleranceMs: number;
  /** Milliseconds of a tick of the TS value; 0: it is not looked at. */
  readonly timestampTickMs: number;
  readonly mtu: number;
  /** A packet of the script is one packet, not several in a row (TSO). */
  readonly strictSegments: boolean;
  /** An echoed TS value that was never sent is taken to lie between those that were. */
  readonly scaledEcho: boolean;
  /** Calls whose outcome does not matter. */
  readonly lenientCalls: boolean;
}

const DEFAULT_TOLERANCE_MS = 4;
const ETHERNET_MTU = 1500;

/** packetdrill's own addresses. */
const ADDRESSES: Record<4 | 6, readonly [local: string, remote: string]> = {
  4: ['192.168.0.1', '192.0.2.1'],
  6: ['fd3d:fa7b:d17d::1', '2001:db8::1'],
};

/** Options without meaning here: all that has to do with real devices and real machines. */
const INERT = new Set([
  'speed',
  'gateway_ip',
  'netmask_ip',
  'bind_port',
  'connect_port',
  'tolerance_percent',
  'non_fatal',
  'verbose',
  'debug',
  'define',
  'mss',
  'local_linux_version',
  'init_scripts',
]);

/** The configuration, or the option that cannot be followed. */
export const configurationOf = (options: readonly ScriptOption[]): Configuration | string => {
  const values = new Map(options.map(({ name, value }) => [name, value]));
  const ipVersion = values.get('ip_version') === 'ipv6' ? 6 : 4;
  const foreign = options.find(({ name }) => !KNOWN.has(name) && !INERT.has(name));
  if (foreign !== undefined) return `--${foreign.name}`;
  if (values.get('ip_version') === 'ipv4-mapped-ipv6') return '--ip_version=ipv4-mapped-ipv6';
  const [local, remote] = ADDRESSES[ipVersion];
  return {
    ipVersion,
    local: addressOf(values.get('local_ip') ?? local, local),
    remote: addressOf(values.get('remote_ip') ?? remote, remote),
    toleranceMs: numberOf(values.get('tolerance_usecs'), DEFAULT_TOLERANCE_MS * 1000) / 1000,
    timestampTickMs: numberOf(values.get('tcp_ts_tick_usecs'), 0) / 1000,
    mtu: numberOf(values.get('mtu'), ETHERNET_MTU),
    strictSegments: values.has('strict_segments'),
    scaledEcho: values.has('tcp_ts_ecr_scaled'),
    lenientCalls: values.get('non_fatal')?.includes('syscall') === true,
  };
};

const KNOWN = new Set([
  'ip_version',
  'local_ip',
  'remote_ip',
  'tolerance_usecs',
  'tcp_ts_tick_usecs',
  'mtu',
  'strict_segments',
  'tcp_ts_ecr_scaled',
]);

const numberOf = (text: string | undefined, otherwise: number): number => {
  const value = Number(text ?? otherwise);
  return Number.isFinite(value) ? value : otherwise;
};

const addressOf = (text: string, otherwise: string): IpAddress => {
  const address = parseAddress(text) ?? parseAddress(otherwise);
  if (address === undefined) throw new Error(`no IP address: ${otherwise}`);
  return address;
};
