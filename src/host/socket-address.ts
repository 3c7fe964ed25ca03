import { type Endpoint, IpAddress, parseAddress } from '../wire/ip-address.ts';

/** `inet` speaks IPv4; `inet6` IPv6, and IPv4 by addresses like `::ffff:10.0.0.1` (RFC 4291 §2.5.5.2). */
export type Family = 'inet' | 'inet6';

/** What bind(2) and connect(2) are told. */
export interface SocketAddress {
  /** As `10.0.0.1` or `fd00::1`. */
  readonly address: string | IpAddress;
  /** 0 to 65535. */
  readonly port: number;
}

/** Throws a RangeError for what is no address or no port at all. */
export const endpointOf = ({ address, port }: SocketAddress): Endpoint => {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`${port} is no port: 0 to 65535`);
  }
  const parsed = typeof address === 'string' ? parseAddress(address) : address;
  if (parsed === undefined) throw new RangeError(`'${String(address)}' is no IP address`);
  return { address: unmapped(parsed), port };
};

const MAPPED = 0xffff;

/** The IPv4 address that an IPv4-mapped one stands for, any other as it is. */
const unmapped = (address: IpAddress): IpAddress => {
  const { version, word0, word1, word2, word3 } = address;
  const isMapped = version === 6 && (word0 | word1) === 0 && word2 === MAPPED;
  return isMapped ? new IpAddress(4, word3) : address;
};

/** As a socket of that family shows it. */
export const shownTo = (family: Family, { address, port }: Endpoint): Endpoint =>
  family === 'inet6' && address.version === 4
    ? { address: new IpAddress(6, 0, 0, MAPPED, address.word0), port }
    : { address, port };

/** `0.0.0.0` or `::`. */
export const wildcardOf = (family: Family): IpAddress =>
  new IpAddress(family === 'inet' ? 4 : 6, 0);

/** What no connection can be made to (RFC 1122 §4.2.3.10): multicast, and IPv4's broadcast. */
export const isGroup = ({ version, word0 }: IpAddress): boolean =>
  version === 4 ? word0 >>> 28 === 14 || word0 === -1 : word0 >>> 24 === 0xff;

/** 127.0.0.0/8 and ::1. */
export const isLoopback = ({ version, word0, word1, word2, word3 }: IpAddress): boolean =>
  version === 4 ? word0 >>> 24 === 127 : (word0 | word1 | word2) === 0 && word3 === 1;
