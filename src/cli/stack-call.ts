import { type MacAddress, parseMac } from '../device/mac-address.ts';
import { parsePlace, type StreamPlace } from '../device/stream-place.ts';
import { parseSubnet, type Subnet } from '../device/subnet.ts';
import { SERVICE_PORTS, type ServiceName } from '../net/services/services.ts';
import { complain, type Complaint, isComplaint } from '../reading/complaint.ts';
import { defaultSettings, setSysctl, type Settings } from '../tcp/sysctl.ts';
import { type IpAddress, parseAddress } from '../wire/ip-address.ts';
import type { StackOptions } from './stack.ts';
import { suggest } from './suggest.ts';

/** What carries the packets. */
export type Attachment =
  | { readonly kind: 'tun'; readonly name: string; readonly kernel: readonly Subnet[] }
  | {
      readonly kind: 'connect' | 'listen';
      readonly place: StreamPlace;
      readonly gateways: readonly IpAddress[];
      readonly mac: MacAddress | undefined;
    };

export interface Service {
  readonly name: ServiceName;
  readonly port: number;
}

/** What a call asks for, in full. */
export interface Asked {
  readonly attachment: Attachment;
  readonly subnets: readonly Subnet[];
  readonly mtu: number | undefined;
  readonly services: readonly Service[];
  readonly settings: Settings;
}

export const whatIsAsked = (options: StackOptions): Asked | Complaint => {
  const attachment = attachmentAsked(options);
  if (isComplaint(attachment)) return attachment;
  const subnets = each('--address', options.address, SUBNET, parseSubnet);
  if (isComplaint(subnets)) return subnets;
  if (subnets.length === 0) return complain('--address is missing: of our host, as 10.99.0.2/24');
  const mtu = mtuAsked(options.mtu, subnets);
  if (typeof mtu === 'object') return mtu;
  const services = servicesAsked(options.services);
  if (isComplaint(services)) return services;
  const settings = settingsAsked(options.set);
  if (isComplaint(settings)) return settings;
  return { attachment, subnets, mtu, services, settings };
};

const SUBNET = 'an address, as 10.99.0.2/24 or fd00::2/64';
const WAYS = '--tun NAME, --connect PLACE or --listen PLACE';

const attachmentAsked = (options: StackOptions): Attachment | Complaint => {
  const { tun, connect, listen } = options;
  const chosen = [tun, connect, listen].filter((way) => way !== undefined);
  if (chosen.length === 0) return complain(`what carries the packets? ${WAYS}`);
  if (chosen.length > 1) return complain(`only one of ${WAYS}`);
  if (tun !== undefined) return tunAsked(tun, options);
  if (options.kernelAddress.length > 0) return complain('--kernel-address is for --tun');
  const kind = connect === undefined ? 'listen' : 'connect';
  const word = connect ?? listen ?? '';
  const place = parsePlace(word);
  if (place === undefined) {
    return complain(`--${kind} ${word}: a path with a slash, or host:port`);
  }
  const gateways = each('--gateway', options.gateway, 'an address, as 10.99.0.1', parseAddress);
  if (isComplaint(gateways)) return gateways;
  const mac = options.mac === undefined ? undefined : parseMac(options.mac);
  if (options.mac !== undefined && mac === undefined) {
    return complain(`--mac ${options.mac}: one machine's address, as 02:00:00:00:00:02`);
  }
  return { kind, place, gateways, mac };
};

const tunAsked = (name: string, options: StackOptions): Attachment | Complaint => {
  // What the kernel takes for a name (dev_valid_name); a percent sign asks it to choose.
  if (!/^[^\s/:%]{1,15}$/.test(name) || name === '.' || name === '..') {
    return complain(`--tun ${name}: a name of 1 to 15 characters, as rl0`);
  }
  if (options.gateway.length > 0) return complain('--gateway is for --connect and --listen');
  if (options.mac !== undefined) return complain('--mac is for --connect and --listen');
  const kernel = each('--kernel-address', options.kernelAddress, SUBNET, parseSubnet);
  return isComplaint(kernel) ? kernel : { kind: 'tun', name, kernel };
};

/** IPv6 needs 1280 bytes (RFC 8200 §5). */
const mtuAsked = (
  mtu: number | undefined,
  subnets: readonly Subnet[],
): number | undefined | Complaint => {
  const least = subnets.some(({ address }) => address.version === 6) ? 1280 : 68;
  if (mtu === undefined || (mtu >= least && mtu <= 65_535)) return mtu;
  return complain(`--mtu ${mtu}: ${least} to 65535 bytes`);
};

const each = <T>(
  option: string,
  words: readonly string[],
  what: string,
  parse: (word: string) => T | undefined,
): readonly T[] | Complaint => {
  const parsed: T[] = [];
  for (const word of words) {
    const one = parse(word);
    if (one === undefined) return complain(`${option} ${word}: it must be ${what}`);
    parsed.push(one);
  }
  return parsed;
};

const NAMES = Object.keys(SERVICE_PORTS) as ServiceName[];

/** `false`: `--no-services`; `true` or nothing: all. */
const servicesAsked = (words: string | boolean | undefined): readonly Service[] | Complaint => {
  if (words === false) return [];
  if (typeof words !== 'string') {
    return NAMES.map((name) => ({ name, port: SERVICE_PORTS[name] }));
  }
  const services: Service[] = [];
  for (const word of words.split(',').map((one) => one.trim())) {
    const service = serviceIn(word);
    if (isComplaint(service)) return service;
    if (services.some(({ port }) => port === service.port)) {
      return complain(`--services ${words}: port ${service.port} twice`);
    }
    services.push(service);
  }
  return services;
};

const serviceIn = (word: string): Service | Complaint => {
  const [name = '', digits] = word.split('=');
  const known = NAMES.find((one) => one === name);
  if (known === undefined) {
    const [meant] = suggest(name, NAMES);
    const hint = meant === undefined ? `there are ${NAMES.join(', ')}` : `did you mean ${meant}?`;
    return complain(`--services: no service is called "${name}"; ${hint}`);
  }
  const port = digits === undefined ? SERVICE_PORTS[known] : Number(digits);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return { name: known, port };
  return complain(`--services ${word}: a port is 1 to 65535`);
};

const settingsAsked = (words: readonly string[]): Settings | Complaint => {
  const settings = defaultSettings();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) return complain(`--set ${word}: it must be NAME=VALUE`);
    const wrong = setSysctl(settings, word.slice(0, equals).trim(), word.slice(equals + 1).trim());
    if (wrong !== undefined) return complain(`--set: ${wrong}`);
  }
  return settings;
};
