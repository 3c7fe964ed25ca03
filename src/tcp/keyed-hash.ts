import type { FourTuple } from './four-tuple.ts';
import type { IpAddress } from '../wire/ip-address.ts';

/** What a host knows and its peers do not: 64 bits. */
export type Secret = readonly [word0: number, word1: number];

/**
 * A keyed hash of a four-tuple, signed 32 bits: HalfSipHash-2-4 (Aumasson and Bernstein) over `tag`,
 * which keeps the uses of one secret apart, both addresses and both ports. Whoever has no secret
 * cannot tell one tuple's hash from another's.
 */
export const keyedHash = (secret: Secret, tag: number, { local, remote }: FourTuple): number => {
  begin(secret);
  mix(tag);
  mixAddress(local.address);
  mixAddress(remote.address);
  mix((local.port << 16) | remote.port);
  return end();
};

// The state of the hash under way. No call of it meets another, since none leads out of this file.
let v0 = 0;
let v1 = 0;
let v2 = 0;
let v3 = 0;
let length = 0;

const begin = ([word0, word1]: Secret): void => {
  v0 = word0;
  v1 = word1;
  v2 = 0x6c79_6765 ^ word0;
  v3 = 0x7465_6462 ^ word1;
  length = 0;
};

const mixAddress = (address: IpAddress): void => {
  mix(address.word0);
  if (address.version === 4) return;
  mix(address.word1);
  mix(address.word2);
  mix(address.word3);
};

const mix = (word: number): void => {
  length += 4;
  v3 ^= word;
  round();
  round();
  v0 ^= word;
};

const end = (): number => {
  mix(length << 24);
  v2 ^= 0xff;
  round();
  round();
  round();
  round();
  return v1 ^ v3;
};

const round = (): void => {
  v0 = (v0 + v1) | 0;
  v1 = rotated(v1, 5) ^ v0;
  v0 = rotated(v0, 16);
  v2 = (v2 + v3) | 0;
  v3 = rotated(v3, 8) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = rotated(v3, 7) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = rotated(v1, 13) ^ v2;
  v2 = rotated(v2, 16);
};

const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
