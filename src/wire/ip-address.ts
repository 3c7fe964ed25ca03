import { addressText, endpointText } from './address.ts';

/** An IPv4 or IPv6 address: big-endian words in signed 32-bit integers, IPv4 in word 0 alone. */
export class IpAddress {
  readonly version: 4 | 6;
  readonly word0: number;
  readonly word1: number;
  readonly word2: number;
  readonly word3: number;

  constructor(version: 4 | 6, word0: number, word1 = 0, word2 = 0, word3 = 0) {
    this.version = version;
    this.word0 = word0 | 0;
    this.word1 = word1 | 0;
    this.word2 = word2 | 0;
    this.word3 = word3 | 0;
  }

  equals(other: IpAddress): boolean {
    return (
      this.word0 === other.word0 &&
      this.word1 === other.word1 &&
      this.word2 === other.word2 &&
      this.word3 === other.word3 &&
      this.version === other.version
    );
  }

  /** `0.0.0.0` or `::`. */
  get isUnspecified(): boolean {
    return (this.word0 | this.word1 | this.word2 | this.word3) === 0;
  }

  toString(): string {
    return addressText(this.version, this.word0, this.word1, this.word2, this.word3);
  }
}

/** One end of a connection. */
export interface Endpoint {
  readonly address: IpAddress;
  /** 0 to 65535. */
  readonly port: number;
}

/** `10.0.0.1:80` or `[fd00::1]:80`. */
export const nameOf = ({ address, port }: Endpoint): string =>
  endpointText(address.version, address.word0, address.word1, address.word2, address.word3, port);

/**
 * The address that a text writes: dotted decimal, or RFC 4291 §2.2 with `::` and a dotted end.
 * Undefined for anything else, zone identifiers included.
 */
export const parseAddress = (text: string): IpAddress | undefined =>
  text.includes(':') ? parseIpv6(text) : parseIpv4(text);

const parseIpv4 = (text: string): IpAddress | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return;
  const bytes = parts.map(Number);
  if (bytes.some((byte) => byte > 255)) return;
  return new IpAddress(
    4,
    bytes.reduce((word, byte) => (word << 8) | byte, 0),
  );
};

const parseIpv6 = (text: string): IpAddress | undefined => {
  const halves = text.split('::');
  if (halves.length > 2) return;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined) return;
  if (halves.length === 1) return head.length === 8 ? ofGroups(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return;
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  return ofGroups([...head, ...zeros, ...tail]);
};

/** The 16-bit groups between colons, a dotted end counting two; undefined if one is no group. */
const groupsOf = (text: string): number[] | undefined => {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const dotted = at === parts.length - 1 ? parseIpv4(part) : undefined;
      if (dotted === undefined) return;
      groups.push(dotted.word0 >>> 16, dotted.word0 & 0xffff);
    }
  }
  return groups;
};

const ofGroups = (groups: readonly number[]): IpAddress => {
  const word = (at: number): number => ((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0);
  return new IpAddress(6, word(0), word(2), word(4), word(6));
};
