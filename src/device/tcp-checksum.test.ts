import { expect, it } from 'vitest';
import { parseAddress } from '../wire/ip-address.ts';
import { Segment } from '../wire/segment.ts';
import { writeSegment } from '../wire/segment-out.ts';
import { isIntactTcp } from './tcp-checksum.ts';

it('judges TCP segments alone; the rest is for the host', () => {
  const source = { address: parseAddress('10.0.0.1')!, port: 1 };
  const target = { address: parseAddress('10.0.0.2')!, port: 2 };
  const ip = { ttl: 64, id: 0, dontFragment: true };
  const bytes = new Uint8Array(100);
  const length = writeSegment(new Segment(), source, target, ip, bytes, 5, true);
  expect(isIntactTcp(bytes, 5, length)).toBe(true);
  bytes[5 + 33] = 16;
  expect(isIntactTcp(bytes, 5, length)).toBe(false);
  // Not by its checksum: cut short, or another protocol, whose header checksum then fits: 6 less 17.
  expect(isIntactTcp(bytes, 5, 19)).toBe(true);
  expect(isIntactTcp(new Uint8Array(0), 0, 0)).toBe(true);
});
