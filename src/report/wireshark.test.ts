import { expect, it } from 'vitest';
import { verdict } from './verdicts.fixture.ts';
import { connectionFilter } from './wireshark.ts';

it('filters by both endpoints', () => {
  expect(connectionFilter(verdict().connection)).toBe(
    'ip.addr==10.0.0.1 && ip.addr==10.0.0.7 && tcp.port==40000 && tcp.port==8080',
  );
});

it('writes IPv6 addresses without brackets, and says nothing twice', () => {
  const connection = { ...verdict().connection, client: '[::1]:50000', server: '[::1]:80' };
  expect(connectionFilter(connection)).toBe('ipv6.addr==::1 && tcp.port==50000 && tcp.port==80');
});
