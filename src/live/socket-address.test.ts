import { expect, it } from 'vitest';
import { portIn, socketAddress } from './socket-address.ts';

it('packs struct sockaddr_in: family as the machine orders it, port and address as the network does', () => {
  const bytes = socketAddress('10.0.0.1', 8080);
  expect([...bytes]).toEqual([2, 0, 0x1f, 0x90, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

it('packs struct sockaddr_in6 with flow information before and scope after the address', () => {
  const bytes = socketAddress('fd00::1', 443);
  const address = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  expect([...bytes]).toEqual([10, 0, 1, 0xbb, 0, 0, 0, 0, ...address, 0, 0, 0, 0]);
  expect(portIn(bytes)).toBe(443);
});

it('does not connect to what is no address', () => {
  expect(() => socketAddress('example.org', 80)).toThrow('no IP address: example.org');
});
