import { describe, expect, test } from 'vitest';
import { IpAddress } from '../wire/ip-address.ts';
import type { FourTuple } from './four-tuple.ts';
import { initialSequenceNumber, timestampOffset } from './initial-sequence-number.ts';
import type { Secret } from './keyed-hash.ts';
import { defaultSettings } from './sysctl.ts';

const SECRET: Secret = [0x1234_5678, -77];

const tuple = (remotePort: number): FourTuple => ({
  local: { address: new IpAddress(4, 0x0a00_0002), port: 80 },
  remote: { address: new IpAddress(4, 0x0a00_0001), port: remotePort },
});

describe('initial sequence numbers (RFC 6528)', () => {
  test('rise by one every 4 µs, around 2^32', () => {
    const at = (now: number): number => initialSequenceNumber(SECRET, tuple(40_000), now);
    expect((at(1001) - at(1000)) | 0).toBe(250);
    // 2^32 ticks of 4 µs are some 4 h 46 min.
    const round = 2 ** 32 / 250;
    expect((at(round + 1) - at(0)) | 0).toBe(250);
  });

  test('tell nothing of another four-tuple, and nothing without the secret', () => {
    const one = initialSequenceNumber(SECRET, tuple(40_000), 0);
    expect(initialSequenceNumber(SECRET, tuple(40_001), 0)).not.toBe(one);
    expect(initialSequenceNumber([0x1234_5679, -77], tuple(40_000), 0)).not.toBe(one);
    expect(initialSequenceNumber(SECRET, tuple(40_000), 0)).toBe(one);
  });

  test('spread over the whole space', () => {
    const high = new Set<number>();
    for (let port = 0; port < 2000; port += 1) {
      high.add(initialSequenceNumber(SECRET, tuple(port), 0) >>> 28);
    }
    expect(high.size).toBe(16);
  });
});

test('timestamps have an offset of their own, unless tcp_timestamps is 2', () => {
  const settings = defaultSettings();
  const offset = timestampOffset(SECRET, tuple(40_000), settings);
  expect(offset).not.toBe(timestampOffset(SECRET, tuple(40_001), settings));
  expect(offset).not.toBe(initialSequenceNumber(SECRET, tuple(40_000), 0));
  settings.tcp_timestamps = 2;
  expect(timestampOffset(SECRET, tuple(40_000), settings)).toBe(0);
});
