import { expect, it } from 'vitest';
import { address } from '../../test/packets.ts';
import { addressText, endpointText } from './address.ts';

const words = (written: string): [number, number, number, number] => {
  const view = new DataView(Uint8Array.from(address(written)).buffer);
  const word = (at: number): number => (at < view.byteLength ? view.getInt32(at) : 0);
  return [word(0), word(4), word(8), word(12)];
};

it('writes IPv4 as dotted decimal', () => {
  expect(addressText(4, ...words('255.0.10.1'))).toBe('255.0.10.1');
});

// RFC 5952 §4, and its examples.
it.each([
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:0DB8::0001', '2001:db8::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['fe80:0:0:0:0:0:0:0', 'fe80::'],
  ['0:0:0:0:0:ffff:c000:201', '::ffff:192.0.2.1'],
])('writes %s as %s', (written, expected) => {
  expect(addressText(6, ...words(written))).toBe(expected);
});

it('puts IPv6 into brackets before a port', () => {
  expect(endpointText(4, ...words('10.0.0.1'), 80)).toBe('10.0.0.1:80');
  expect(endpointText(6, ...words('fd00::1'), 443)).toBe('[fd00::1]:443');
});
