import { IpAddress, parseAddress } from '../wire/ip-address.ts';

/** An address of a machine, and how many of its leading bits its neighbours on the link share. */
export interface Subnet {
  readonly address: IpAddress;
  /** 0 to 32, with IPv6 to 128. */
  readonly prefix: number;
}

/** `10.99.0.2/24`, `fd00::2/64`; without a prefix nobody shares it. Undefined for anything else. */
export const parseSubnet = (text: string): Subnet | undefined => {
  const [, name = '', digits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(name);
  if (address === undefined || address.isUnspecified) return undefined;
  const most = address.version === 4 ? 32 : 128;
  const prefix = digits === undefined ? most : Number(digits);
  return prefix <= most ? { address, prefix } : undefined;
};

/** `10.99.0.2/24` */
export const subnetText = ({ address, prefix }: Subnet): string =>
  `${address.toString()}/${prefix}`;

/** Whether the address in these words (IPv4: the first alone) is on the subnet's link. */
export const isOnLink = (
  { address, prefix }: Subnet,
  version: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
): boolean =>
  address.version === version &&
  ((address.word0 ^ word0) & maskOf(prefix)) === 0 &&
  ((address.word1 ^ word1) & maskOf(prefix - 32)) === 0 &&
  ((address.word2 ^ word2) & maskOf(prefix - 64)) === 0 &&
  ((address.word3 ^ word3) & maskOf(prefix - 96)) === 0;

/** The first address on the link that is not that of the subnet; undefined where there is none. */
export const neighbourIn = ({ address, prefix }: Subnet): Subnet | undefined => {
  const { version, word0, word1, word2, word3 } = address;
  const bits = version === 4 ? 32 : 128;
  if (prefix === bits) return undefined;
  const last = version === 4 ? word0 : word3;
  // Network and broadcast address are none of a host, where there is room for more than two.
  const first = (last & maskOf(prefix - bits + 32)) | (prefix === bits - 1 ? 0 : 1);
  const chosen = first === last ? first ^ (prefix === bits - 1 ? 1 : 3) : first;
  const other =
    version === 4 ? new IpAddress(4, chosen) : new IpAddress(6, word0, word1, word2, chosen);
  return { address: other, prefix };
};

/** The first `bits` of 32, none below 0 and all above 32. */
const maskOf = (bits: number): number => {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
};
