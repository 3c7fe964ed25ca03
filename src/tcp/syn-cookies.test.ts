import { describe, expect, test } from 'vitest';
import { ACK, SYN } from '../wire/packet.ts';
import { CWR, ECE, Segment } from '../wire/segment.ts';
import { IpAddress } from '../wire/ip-address.ts';
import type { FourTuple } from './four-tuple.ts';
import type { Secret } from './keyed-hash.ts';
import { checkCookie, cookieTimestamp, makeCookie } from './syn-cookies.ts';

const SECRET: Secret = [11, 22];
const PATH: FourTuple = {
  local: { address: new IpAddress(4, 0x0a00_0002), port: 80 },
  remote: { address: new IpAddress(4, 0x0a00_0001), port: 40_000 },
};
const MINUTE = 60_000;

const synOf = (fields: Partial<Segment>): Segment =>
  Object.assign(new Segment(), { flags: SYN, seq: -5 }, fields);

const ackOf = (cookie: number, fields: Partial<Segment> = {}): Segment =>
  Object.assign(new Segment(), { flags: ACK, seq: -4, ack: (cookie + 1) | 0 }, fields);

describe('a SYN cookie', () => {
  // msstab of net/ipv4/syncookies.c: 536, 1300, 1440, 1460.
  test.each([
    [-1, 536],
    [500, 536],
    [1299, 536],
    [1300, 1300],
    [1440, 1440],
    [1459, 1440],
    [1460, 1460],
    [9000, 1460],
  ])('of a SYN with MSS %i gives back %i', (mss, given) => {
    const cookie = makeCookie(SECRET, PATH, synOf({ mss }), 1000);
    expect(checkCookie(SECRET, PATH, ackOf(cookie), 0, 1500)?.mss).toBe(given);
  });

  test('holds for the minute it was made in and the next, not longer', () => {
    const cookie = makeCookie(SECRET, PATH, synOf({ mss: 1460 }), 10 * MINUTE);
    expect(checkCookie(SECRET, PATH, ackOf(cookie), 0, 12 * MINUTE - 1)).toBeDefined();
    expect(checkCookie(SECRET, PATH, ackOf(cookie), 0, 12 * MINUTE)).toBeUndefined();
    // The counter in the cookie has 8 bits; what comes round again is another cookie.
    expect(checkCookie(SECRET, PATH, ackOf(cookie), 0, (10 + 256) * MINUTE)).toBeUndefined();
  });

  test('is bound to the client, its sequence number and the secret', () => {
    const cookie = makeCookie(SECRET, PATH, synOf({ mss: 1460 }), 0);
    const other = { ...PATH, remote: { ...PATH.remote, port: 40_001 } };
    expect(checkCookie(SECRET, other, ackOf(cookie), 0, 0)).toBeUndefined();
    expect(checkCookie([11, 23], PATH, ackOf(cookie), 0, 0)).toBeUndefined();
    expect(checkCookie(SECRET, PATH, ackOf(cookie, { seq: 1 << 20 }), 0, 0)).toBeUndefined();
  });

  test('a guess is right for few of 2^24 numbers: none of 20,000 here', () => {
    let right = 0;
    for (let guess = 0; guess < 20_000; guess += 1) {
      if (checkCookie(SECRET, PATH, ackOf(guess * 214_013), 0, 0) !== undefined) right += 1;
    }
    expect(right).toBe(0);
  });
});

describe('the options in its timestamp', () => {
  const OFFSET = 123_456_789;

  const through = (syn: Segment): unknown => {
    const tsval = cookieTimestamp(OFFSET, syn, 5_000_000);
    const cookie = makeCookie(SECRET, PATH, syn, 5_000_000);
    const ack = ackOf(cookie, { hasTimestamps: true, tsecr: tsval });
    return checkCookie(SECRET, PATH, ack, OFFSET, 5_000_040);
  };

  test('come back', () => {
    const syn = synOf({ mss: 1460, hasTimestamps: true, windowScale: 7, sackPermitted: true });
    const plain = { mss: 1460, hasTimestamps: true };
    expect(through(syn)).toEqual({ ...plain, windowScale: 7, sackPermitted: true, ecn: false });
    syn.flags |= ECE | CWR;
    syn.sackPermitted = false;
    syn.windowScale = -1;
    expect(through(syn)).toEqual({ ...plain, windowScale: -1, sackPermitted: false, ecn: true });
  });

  test('never put the clock forward, and back by less than two times 64 ms', () => {
    for (let now = 1000; now < 1200; now += 1) {
      const syn = synOf({ hasTimestamps: true, windowScale: 14, sackPermitted: true });
      const behind = now - cookieTimestamp(0, syn, now);
      expect(behind).toBeGreaterThanOrEqual(0);
      expect(behind).toBeLessThan(128);
    }
  });

  test('without timestamps nothing but the MSS is known', () => {
    const cookie = makeCookie(SECRET, PATH, synOf({ mss: 1460, windowScale: 7 }), 0);
    expect(checkCookie(SECRET, PATH, ackOf(cookie), 0, 0)).toEqual({
      mss: 1460,
      windowScale: -1,
      sackPermitted: false,
      hasTimestamps: false,
      ecn: false,
    });
  });
});
