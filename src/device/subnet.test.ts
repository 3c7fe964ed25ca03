import { describe, expect, it } from 'vitest';
import { parseAddress } from '../wire/ip-address.ts';
import { linkLocalOf, macText, multicastMac, parseMac, solicitedNodeOf } from './mac-address.ts';
import { isOnLink, neighbourIn, parseSubnet, subnetText } from './subnet.ts';
import { parsePlace, placeText } from './stream-place.ts';

const isNear = (subnet: string, address: string): boolean => {
  const { version, word0, word1, word2, word3 } = parseAddress(address)!;
  return isOnLink(parseSubnet(subnet)!, version, word0, word1, word2, word3);
};

describe('a subnet', () => {
  it.each([
    ['10.99.0.2/24', '10.99.0.255', true],
    ['10.99.0.2/24', '10.99.1.1', false],
    ['10.99.0.2/0', '192.0.2.1', true],
    ['10.99.0.2/31', '10.99.0.3', true],
    ['10.99.0.2/31', '10.99.0.1', false],
    ['10.99.0.2', '10.99.0.3', false],
    ['200.1.1.1/1', '128.0.0.1', true],
    ['fd00::2/64', 'fd00::ffff:1:2:3', true],
    ['fd00::2/64', 'fd00:0:0:1::1', false],
    ['fd00::2/97', 'fd00::7fff:ffff', true],
    ['fd00::2/97', 'fd00::8000:0', false],
    ['fd00::2/64', '10.99.0.2', false],
  ])('%s and %s', (subnet, address, expected) => {
    expect(isNear(subnet, address)).toBe(expected);
  });

  it.each(['10.99.0/24', '10.99.0.2/33', 'fd00::2/129', '10.0.0.1/', '0.0.0.0/8', '', 'x/8'])(
    'is not written as "%s"',
    (text) => {
      expect(parseSubnet(text)).toBeUndefined();
    },
  );
});

it.each([
  ['10.99.0.2/24', '10.99.0.1/24'],
  ['10.99.0.1/24', '10.99.0.2/24'],
  ['10.99.0.1/31', '10.99.0.0/31'],
  ['10.99.0.0/31', '10.99.0.1/31'],
  ['10.99.0.2/30', '10.99.0.1/30'],
  ['fd00::2/64', 'fd00::1/64'],
  ['fd00::1/126', 'fd00::2/126'],
])('a neighbour of %s is %s', (ours, theirs) => {
  expect(subnetText(neighbourIn(parseSubnet(ours)!)!)).toBe(theirs);
});

describe('a MAC address', () => {
  it.each(['52:54:00:12:34', '52:54:00:12:34:5g', '01:00:5e:00:00:01', '00:00:00:00:00:00'])(
    'of a machine is not %s',
    (text) => {
      expect(parseMac(text)).toBeUndefined();
    },
  );

  it('gives the link-local address of RFC 2464 §4', () => {
    // The RFC's own example: 34-56-78-9A-BC-DE gives 36-56-78-FF-FE-9A-BC-DE.
    const mac = parseMac('34:56:78:9A:BC:DE')!;
    expect(macText(mac)).toBe('34:56:78:9a:bc:de');
    expect(linkLocalOf(mac).toString()).toBe('fe80::3656:78ff:fe9a:bcde');
  });

  it('of a group comes from its IPv6 address, RFC 4291 §2.7.1 and RFC 2464 §7', () => {
    // The RFC's own example: 4037::01:800:200E:8C6C is asked for at FF02::1:FF0E:8C6C.
    const group = solicitedNodeOf(parseAddress('4037::01:800:200E:8C6C')!);
    expect(group.toString()).toBe('ff02::1:ff0e:8c6c');
    expect(macText(multicastMac(group))).toBe('33:33:ff:0e:8c:6c');
  });
});

describe('where a stream is', () => {
  it.each([
    ['/run/passt.sock', { path: '/run/passt.sock' }],
    ['./vm.sock', { path: './vm.sock' }],
    ['localhost:5555', { host: 'localhost', port: 5555 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('%s', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
    expect(placeText(parsePlace(text)!)).toBe(text);
  });

  it.each(['passt.sock', 'localhost', 'localhost:0', 'localhost:65536', '::1:80', '[::1]', ':80'])(
    'is not "%s"',
    (text) => {
      expect(parsePlace(text)).toBeUndefined();
    },
  );
});
