import { describe, expect, it } from 'vitest';
import { ConnectionKey } from '../forensics/key.ts';
import { Packet } from '../wire/packet.ts';
import { partOf } from './partition.ts';

type End = readonly [address: number, port: number];

const between = ([source, sourcePort]: End, [target, targetPort]: End): number => {
  const packet = Object.assign(new Packet(), {
    ipVersion: 4,
    source0: source,
    target0: target,
    sourcePort,
    targetPort,
  });
  return partOf(packet, new ConnectionKey().of(packet), 16);
};

describe('the parts of the work', () => {
  const client: End = [0x0a000001, 40_000];

  it('keep both directions of a connection together, with equal ports too', () => {
    for (let port = 1; port < 500; port++) {
      const server: End = [0x0a000002, port];
      expect(between(client, server)).toBe(between(server, client));
      const peer: End = [0x0a000001, port];
      expect(between(peer, server)).toBe(between(server, peer));
    }
  });

  it("keep one client's endpoint together under all addresses of a server, translated or not", () => {
    const parts = [
      [0x0a000002, 80],
      [0xac110002, 8080],
      [0xc6120001, 443],
    ].map(([address, port]) => between(client, [address!, port!]));
    expect(new Set(parts).size).toBe(1);
  });

  it('share clients evenly', () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let port = 32_768; port < 60_999; port++) {
      const part = between([0x0a000001, port], [0x0a000002, 443]);
      counts[part] = (counts[part] ?? 0) + 1;
    }
    const even = (60_999 - 32_768) / 16;
    expect(Math.max(...counts)).toBeLessThan(even * 1.2);
    expect(Math.min(...counts)).toBeGreaterThan(even * 0.8);
  });
});
