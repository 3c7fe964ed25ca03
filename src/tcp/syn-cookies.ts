import type { Segment } from '../wire/segment.ts';
import { add, distance } from '../wire/sequence.ts';
import type { FourTuple } from './four-tuple.ts';
import { asksForEcn } from './handshake-options.ts';
import { keyedHash, type Secret } from './keyed-hash.ts';
import { tsvalAt } from './timestamp.ts';

/**
 * SYN cookies (RFC 4987 §3.6) as Linux makes them: a sequence number from which the request can be
 * read again when the client's ACK brings it back, so that a flood of SYNs needs no memory.
 * In it: a minute, for how long it holds; an index into a table of MSS; and a keyed hash of both
 * with four-tuple and client's sequence number. The other options lie in the timestamp's last bits.
 */

/** What is left of a client's MSS, smaller ones rounded down (net/ipv4, net/ipv6 syncookies.c). */
const MSS_IPV4 = [536, 1300, 1440, 1460] as const;
const MSS_IPV6 = [1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60] as const;

const COOKIE_TAG = 3;
const MINUTE_TAG = 4;
const MINUTE_MS = 60_000;
/** A cookie older than that many minutes is none any more (MAX_SYNCOOKIE_AGE). */
const MOST_MINUTES = 2;
const DATA_BITS = 24;
const DATA_MASK = (1 << DATA_BITS) - 1;

// The last bits of TSval (net/ipv4/syncookies.c).
const SCALE_MASK = 0xf;
const NO_SCALE = 0xf;
const SACK_BIT = 1 << 4;
const ECN_BIT = 1 << 5;
const OPTION_BITS = 6;

/** What a cookie gives back. */
export interface CookieOptions {
  readonly mss: number;
  /** -1: no window scaling. */
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  readonly hasTimestamps: boolean;
  readonly ecn: boolean;
}

/** The ISS that stands for a client's SYN. */
export const makeCookie = (secret: Secret, path: FourTuple, syn: Segment, now: number): number => {
  const minute = minuteOf(now);
  const sizes = sizesOf(path);
  let index = sizes.length - 1;
  while (index > 0 && (sizes[index] ?? 0) > syn.mss) index -= 1;
  const covered = add(keyedHash(secret, MINUTE_TAG + minute, path), index) & DATA_MASK;
  return add(add(keyedHash(secret, COOKIE_TAG, path), syn.seq), (minute << DATA_BITS) + covered);
};

/** TSval of the SYN,ACK that carries a cookie: the clock, its last bits the options. */
export const cookieTimestamp = (tsOffset: number, syn: Segment, now: number): number => {
  const scale = syn.windowScale >= 0 ? Math.min(syn.windowScale, 14) : NO_SCALE;
  const options = scale | (syn.sackPermitted ? SACK_BIT : 0) | (asksForEcn(syn) ? ECN_BIT : 0);
  const clock = tsvalAt(0, now);
  const stamp = ((clock >> OPTION_BITS) << OPTION_BITS) | options;
  // Never ahead of the clock, or later segments would seem older.
  const late = distance(stamp, clock) > 0 ? add(stamp, -(1 << OPTION_BITS)) : stamp;
  return add(late, tsOffset);
};

/**
 * What the cookie says that an ACK acknowledges; undefined where it is none of ours or too old.
 * `tsOffset` is the four-tuple's own.
 */
export const checkCookie = (
  secret: Secret,
  path: FourTuple,
  ack: Segment,
  tsOffset: number,
  now: number,
): CookieOptions | undefined => {
  const cookie = add(ack.ack, -1);
  const rest = distance(cookie, add(keyedHash(secret, COOKIE_TAG, path), ack.seq - 1));
  const minute = minuteOf(now);
  const age = (minute - (rest >>> DATA_BITS)) & 0xff;
  if (age >= MOST_MINUTES) return;
  const made = minute - age;
  const index = (rest - keyedHash(secret, MINUTE_TAG + made, path)) & DATA_MASK;
  const mss = sizesOf(path)[index];
  return mss === undefined ? undefined : withOptions(mss, ack, tsOffset);
};

const withOptions = (mss: number, ack: Segment, tsOffset: number): CookieOptions => {
  if (!ack.hasTimestamps) {
    return { mss, windowScale: -1, sackPermitted: false, hasTimestamps: false, ecn: false };
  }
  const options = distance(ack.tsecr, tsOffset);
  const scale = options & SCALE_MASK;
  return {
    mss,
    windowScale: scale === NO_SCALE ? -1 : scale,
    sackPermitted: (options & SACK_BIT) !== 0,
    hasTimestamps: true,
    ecn: (options & ECN_BIT) !== 0,
  };
};

const sizesOf = ({ local }: FourTuple): readonly number[] =>
  local.address.version === 4 ? MSS_IPV4 : MSS_IPV6;

const minuteOf = (now: number): number => Math.floor(now / MINUTE_MS);
