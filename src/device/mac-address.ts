import { IpAddress } from '../wire/ip-address.ts';

/** Six bytes. */
export type MacAddress = Uint8Array;

export const BROADCAST: MacAddress = new Uint8Array(6).fill(0xff);

/** `52:54:00:12:34:56`; undefined for what is none, or is the address of a group. */
export const parseMac = (text: string): MacAddress | undefined => {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(text)) return undefined;
  const mac = Uint8Array.from(text.split(':'), (digits) => Number.parseInt(digits, 16));
  return isGroupMac(mac) || mac.every((byte) => byte === 0) ? undefined : mac;
};

export const macText = (mac: MacAddress): string =>
  Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');

/** Broadcast and multicast have the first bit on the wire. */
export const isGroupMac = (mac: MacAddress): boolean => ((mac[0] ?? 0) & 1) === 1;

/** The lower half of the EUI-64 is turned into one's own by this bit (RFC 4291, appendix A). */
const UNIVERSAL = 0x0200_0000;

/** `fe80::` with the EUI-64 of the MAC address (RFC 4862 §5.3, RFC 2464 §4). */
export const linkLocalOf = (mac: MacAddress): IpAddress => {
  const word = (a: number, b: number, c: number, d: number): number =>
    (byteOf(mac, a) << 24) | (byteOf(mac, b) << 16) | (byteOf(mac, c) << 8) | byteOf(mac, d);
  const upper = (word(0, 1, 2, 2) & ~0xff) | 0xff;
  const lower = (word(3, 3, 4, 5) & 0x00ff_ffff) | (0xfe << 24);
  return new IpAddress(6, 0xfe80_0000, 0, upper ^ UNIVERSAL, lower);
};

const byteOf = (mac: MacAddress, at: number): number => mac[at] ?? 0;

/** `ff02::1:ffXX:XXXX` (RFC 4291 §2.7.1). */
export const solicitedNodeOf = ({ word3 }: IpAddress): IpAddress =>
  new IpAddress(6, 0xff02_0000, 0, 1, 0xff00_0000 | (word3 & 0x00ff_ffff));

/** Where a multicast packet of IPv6 is sent (RFC 2464 §7). */
export const multicastMac = ({ word3 }: IpAddress): MacAddress =>
  Uint8Array.of(
    0x33,
    0x33,
    word3 >>> 24,
    (word3 >>> 16) & 0xff,
    (word3 >>> 8) & 0xff,
    word3 & 0xff,
  );
