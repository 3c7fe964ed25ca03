import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { Packet } from '../wire/packet.ts';
import { ConnectionKey } from './key.ts';

interface Ends {
  readonly version: number;
  readonly source: readonly number[];
  readonly target: readonly number[];
  readonly ports: readonly [number, number];
}

const packetOf = ({ version, source, target, ports }: Ends): Packet => {
  const words = { source0: source[0], source1: source[1], source2: source[2], source3: source[3] };
  return Object.assign(new Packet(), words, {
    target0: target[0],
    target1: target[1],
    target2: target[2],
    target3: target[3],
    ipVersion: version,
    sourcePort: ports[0],
    targetPort: ports[1],
  });
};

const turned = ({ version, source, target, ports }: Ends): Ends => ({
  version,
  source: target,
  target: source,
  ports: [ports[1], ports[0]],
});

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const port = fc.integer({ min: 0, max: 65_535 });
const ends = fc
  .record({
    version: fc.constantFrom(4, 6),
    source: fc.tuple(word, word, word, word),
    target: fc.tuple(word, word, word, word),
    ports: fc.tuple(port, port),
  })
  .map((each) =>
    each.version === 6
      ? each
      : { ...each, source: [each.source[0], 0, 0, 0], target: [each.target[0], 0, 0, 0] },
  );

describe("a connection's key", () => {
  it('is the same from both ends, which it tells apart', () => {
    holds(
      fc.property(ends, (each) => {
        const there = new ConnectionKey().of(packetOf(each));
        const back = new ConnectionKey().of(packetOf(turned(each)));
        expect([back.bucket, back.tag]).toEqual([there.bucket, there.tag]);
        expect([back.sourceEndpoint, back.targetEndpoint]).toEqual([
          there.targetEndpoint,
          there.sourceEndpoint,
        ]);
        // Two ends with one hash are as rare as two connections with one key.
        if (there.sourceEndpoint !== there.targetEndpoint) expect(back.side).toBe(1 - there.side);
      }),
      2000,
    );
  });

  it('is the same from the words of a header as from a packet', () => {
    holds(
      fc.property(word, word, port, port, (source, target, from, to) => {
        const ports = [from, to] as const;
        const apart = { version: 4, source: [source, 0, 0, 0], target: [target, 0, 0, 0], ports };
        const wanted = new ConnectionKey().of(packetOf(apart));
        expect(new ConnectionKey().ofWords(source, target, (from << 16) | to)).toEqual(wanted);
      }),
      2000,
    );
  });

  it('differs between connections that differ in one address or one port', () => {
    holds(
      fc.property(ends, fc.integer({ min: 1, max: 65_535 }), (each, step) => {
        const key = new ConnectionKey().of(packetOf(each));
        const other = { ...each, ports: [each.ports[0] ^ step, each.ports[1]] as const };
        const apart = new ConnectionKey().of(packetOf(other));
        expect([apart.bucket, apart.tag]).not.toEqual([key.bucket, key.tag]);
      }),
      2000,
    );
  });
});

describe('keys of many clients of one server', () => {
  const server = [0x0a00_0001, 0, 0, 0];
  const crowds: Record<string, (n: number) => Ends> = {
    'ports in a row': (n) => ({
      version: 4,
      source: [0xa000002 + (n >> 14), 0, 0, 0],
      target: server,
      ports: [32768 + (n & 16383), 443],
    }),
    'addresses in a row': (n) => ({
      version: 4,
      source: [0xa010000 + n, 0, 0, 0],
      target: server,
      ports: [4e4, 443],
    }),
    'IPv6 interface identifiers in a row': (n) => ({
      version: 6,
      source: [536939960, 0, 0, n],
      target: [536939960, 0, 1, 1],
      ports: [4e4, 443],
    }),
  };
  const COUNT = 1 << 17;
  const BUCKETS = 1 << 12;

  it.each(Object.entries(crowds))('%s: none alike, and evenly spread', (_name, of) => {
    const seen = new Set<string>();
    const sizes = new Int32Array(BUCKETS);
    const key = new ConnectionKey();
    for (let n = 0; n < COUNT; n++) {
      key.of(packetOf(of(n)));
      // A table knows few bits of the bucket: the tag must tell the rest.
      seen.add(`${key.bucket & (BUCKETS - 1)} ${key.tag}`);
      sizes[key.bucket & (BUCKETS - 1)]!++;
    }
    expect(seen.size).toBe(COUNT);
    // 32 a bucket; the fullest of 4096 Poisson buckets stays below 32 + 6 * sqrt(32) = 66.
    expect(Math.max(...sizes)).toBeLessThan(70);
    expect(Math.min(...sizes)).toBeGreaterThan(4);
  });
});
