import { describe, expect, it } from 'vitest';
import { filterLines } from './rules.ts';

const addresses = {
  family: 4,
  client: '10.98.1.10',
  server: '10.98.1.200',
  service: '10.98.1.77',
  timestamps: true,
} as const;

const rule = (...filter: Parameters<typeof filterLines>): string | undefined =>
  filterLines(...filter).at(-1);

describe('a packet filter', () => {
  it('rejects on the router what goes to a port of the server, and nothing that comes back', () => {
    const filter = { do: 'filter', at: 'router', match: { toward: 'server' }, port: 80 } as const;
    expect(rule({ ...filter, action: 'reset' }, addresses)).toBe(
      'add rule inet resetlab forward ip daddr 10.98.1.200 tcp dport 80 reject with tcp reset',
    );
  });

  it('knows a segment with text by its length: headers of 52 bytes with timestamps, 60 in IPv6 without', () => {
    const match = { toward: 'client', text: true } as const;
    const filter = { do: 'filter', at: 'router', match, port: 80, action: 'drop' } as const;
    expect(rule(filter, addresses)).toContain('tcp sport 80 meta length > 52 drop');
    const without = { ...addresses, family: 6, timestamps: false } as const;
    expect(rule(filter, without)).toContain('ip6 daddr 10.98.1.10 tcp sport 80 meta length > 60');
  });

  it('stands before what comes in to the server itself, and after what leaves it', () => {
    const lines = filterLines({ do: 'filter', at: 'server', match: {}, action: 'drop' }, addresses);
    expect(lines.filter((line) => line.startsWith('add rule'))).toEqual([
      'add rule inet resetlab output ip daddr 10.98.1.10 meta l4proto tcp drop',
      'add rule inet resetlab input ip daddr 10.98.1.200 meta l4proto tcp drop',
    ]);
  });

  it('does not pretend to look into text', () => {
    const match = { contains: 'forbidden' };
    const filter = { do: 'filter', at: 'router', match, action: 'drop' } as const;
    expect(() => filterLines(filter, addresses)).toThrow('text');
  });
});
