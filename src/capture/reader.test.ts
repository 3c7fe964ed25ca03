import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../../test/collect.ts';
import {
  type Bytes,
  type Frame,
  START_SECONDS,
  be16,
  be32,
  bytes,
  ethernet,
  ipv4,
  loopback,
  pcap,
  pcapng,
  segment,
  sll,
  text,
  udp,
  zeros,
} from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { noCounts } from './problem.ts';
import { CaptureReader } from './reader.ts';

/** The n-th of a row of packets of differing lengths, a millisecond apart. */
const frame = (n: number): Frame => ({
  data: ethernet(
    segment({ seq: n, flags: n % 5 === 0 ? 'RA' : 'A', payload: zeros((n * 37) % 90) }),
  ),
  nanos: n * 1_000_000,
});
const row = (count: number): Frame[] => Array.from({ length: count }, (_, n) => frame(n));
const seqs = (capture: Bytes, pieces?: readonly number[]): number[] =>
  collect(capture, pieces).packets.map((packet) => packet.seq);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const without = (count: number, ...missing: readonly number[]): number[] =>
  upTo(count).filter((n) => !missing.includes(n));

describe('pcap', () => {
  it.each([
    ['little-endian', { littleEndian: true }, '123456000'],
    ['big-endian', { littleEndian: false }, '123456000'],
    ['nanoseconds', { nanoseconds: true }, '123456789'],
    ['nanoseconds, big-endian', { nanoseconds: true, littleEndian: false }, '123456789'],
    ['with frame check sequence bits', { linkType: 0x54000001 }, '123456000'],
    ['without a snap length', { snapLength: 0 }, '123456000'],
  ])('%s', (_name, fields, fraction) => {
    const capture = pcap([{ ...frame(0), nanos: 123_456_789 }, frame(1)], fields);
    const { packets, problems } = collect(capture);
    expect(problems).toEqual([]);
    expect(packets.map((packet) => packet.frame)).toEqual([1, 2]);
    expect(packets[0]?.time).toBe(`${START_SECONDS}.${fraction}`);
    expect(packets[1]).toMatchObject({ source: '10.0.0.1:40000', seq: 1, payloadLength: 37 });
  });

  it('reads the variant with longer record headers', () => {
    const plain = pcap([], { magic: 0xa1b2cd34 });
    const { data } = frame(1);
    const little = (value: number) => be32(value).toReversed();
    const header = [START_SECONDS, 5, data.length, data.length].flatMap(little);
    const capture = bytes(plain, header, zeros(8), data, header, zeros(8), data);
    expect(seqs(capture)).toEqual([1, 1]);
  });

  it('counts what is not TCP, and what was cut', () => {
    const other = ethernet(ipv4(udp(zeros(30), 53), { protocol: 17 }));
    const { data } = frame(1);
    const { counts } = collect(
      pcap([
        { data: other },
        { data: data.subarray(0, 60), original: data.length },
        { data: data.subarray(0, 40), original: data.length },
        { data: ethernet(ipv4(zeros(16), { fragmentOffset: 16 })) },
        { data: ethernet(segment({ payload: zeros(3000) })) },
        { data: ethernet(ipv4(segment({}), { protocol: 4 })) },
      ]),
    );
    expect(counts).toEqual({
      ...noCounts(),
      packets: 6,
      endSeconds: 1_700_000_000,
      tcp: 3,
      other: 1,
      laterFragments: 1,
      headerCut: 1,
      cut: 2,
      tunnelled: 1,
      superSegments: 1,
    });
  });
  it('names an unknown link type once', () => {
    const { problems, counts } = collect(pcap(row(3), { linkType: 147 }));
    expect(counts.unknownLinkType).toBe(3);
    expect(problems).toEqual([
      {
        code: 'unknown-link-type',
        frame: 1,
        offset: 24,
        message: 'link type 147 is not supported',
        fatal: false,
      },
    ]);
  });

  it('reads a file whose writer gets fractions of a second wrong throughout', () => {
    for (const nanos of [1.5e12, 3e12]) {
      const capture = pcap(row(4).map((one) => ({ ...one, nanos })));
      expect(seqs(capture)).toEqual(upTo(4));
      expect(collect(capture).packets[0]?.time).toBe(`${START_SECONDS}.999999999`);
    }
  });
});

describe('pcapng', () => {
  for (const littleEndian of [true, false]) {
    const ng = pcapng(littleEndian);
    it(`reads several interfaces, packets of each kind and unknown blocks, ${littleEndian ? 'little' : 'big'}-endian`, () => {
      const capture = bytes(
        ng.section(),
        ng.interface(1, ng.option(2, [...text('eth0')])),
        ng.interface(113),
        ng.packet(frame(0)),
        ng.block(0x0bad, zeros(20)),
        ng.packet({ ...frame(1), data: sll(segment({ seq: 1 })) }, 1),
        ng.block(5, zeros(12)),
        ng.packet(frame(2), 0, undefined, ng.option(1, [...text('a comment')])),
        ng.obsoletePacket(frame(3)),
        ng.simplePacket(frame(4)),
      );
      const { packets, problems } = collect(capture);
      expect(problems).toEqual([]);
      expect(packets.map((packet) => packet.seq)).toEqual(upTo(5));
      expect(packets.map((packet) => packet.interfaceId)).toEqual([0, 1, 0, 0, 0]);
      expect(packets[3]?.time).toBe(`${START_SECONDS}.003000000`);
    });
  }

  it('reads sections of either byte order, and numbers interfaces over all of them', () => {
    const little = pcapng(true);
    const big = pcapng(false);
    const capture = bytes(
      big.section(),
      big.interface(1),
      big.packet(frame(0)),
      little.section(),
      little.interface(0),
      little.interface(1),
      little.packet({ ...frame(1), data: loopback(segment({ seq: 1 }), 2, true) }, 0),
      little.packet(frame(2), 1),
    );
    const { packets, problems } = collect(capture);
    expect(problems).toEqual([]);
    expect(packets.map(({ seq, interfaceId }) => [seq, interfaceId])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it.each([
    // if_tsresol, count of units, expected; calculated by hand.
    ['default', [], 1_700_000_000_123_456n, '1700000000.123456000'],
    ['10^-3', [3], 1_700_000_000_123n, '1700000000.123000000'],
    ['10^-9', [9], 1_700_000_000_123_456_789n, '1700000000.123456789'],
    ['10^-9, last of a second', [9], 1_763_999_999_999_999_999n, '1763999999.999999999'],
    ['10^-9, first of a second', [9], 1_764_000_000_000_000_000n, '1764000000.000000000'],
    ['10^-6, last of a second', [6], 1_763_999_999_999_999n, '1763999999.999999000'],
    ['10^-12', [12], 12_345_678_901_234_567_891n, '12345678.901234567'],
    ['2^-10', [0x8a], 1_700_000_000n * 1024n + 512n, '1700000000.500000000'],
    ['2^-32', [0xa0], (1_700_000_000n << 32n) + 0x4000_0000n, '1700000000.250000000'],
    ['seconds', [0], 1_700_000_000n, '1700000000.000000000'],
  ] as const)('counts time as the interface does: %s', (_name, resolution, units, expected) => {
    const ng = pcapng();
    const options = resolution.length === 0 ? [] : ng.option(9, resolution);
    const stamped = ng.packet(frame(0), 0, units);
    const capture = bytes(ng.section(), ng.interface(1, options), stamped);
    expect(collect(capture).packets[0]?.time).toBe(expected);
  });

  it('adds the interface’s offset to the time', () => {
    const ng = pcapng();
    const minusTen = [...be32(-10).toReversed(), 255, 255, 255, 255];
    const capture = bytes(
      ng.section(),
      ng.interface(1, ng.option(14, minusTen)),
      ng.packet(frame(0)),
    );
    expect(collect(capture).packets[0]?.time).toBe(`${START_SECONDS - 10}.000000000`);
  });

  it('divides any count of units exactly', () => {
    const ng = pcapng();
    const units = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    holds(
      fc.property(units, fc.constantFrom(0, 3, 6, 7, 9), (count, exponent) => {
        const options = ng.option(9, [exponent]);
        const capture = bytes(
          ng.section(),
          ng.interface(1, options),
          ng.packet(frame(0), 0, count),
        );
        const perSecond = 10n ** BigInt(exponent);
        const nanos = ((count % perSecond) * 1_000_000_000n) / perSecond;
        const time = `${Number(count / perSecond)}.${String(nanos).padStart(9, '0')}`;
        expect(collect(capture).packets[0]?.time).toBe(time);
      }),
      1000,
    );
  });

  it('divides exactly whatever came before, forwards or back in time', () => {
    const ng = pcapng();
    const start = 1_763_999_999_999_999_000n;
    const steps = fc.array(fc.bigInt({ min: -3_000_000_000n, max: 3_000_000_000n }), {
      maxLength: 20,
    });
    holds(
      fc.property(steps, fc.constantFrom(6, 9), (taken, exponent) => {
        const perSecond = 10n ** BigInt(exponent);
        const counts = taken.map((step) => (start + step) / (1_000_000_000n / perSecond));
        const packets = counts.map((count) => ng.packet(frame(0), 0, count));
        const options = ng.option(9, [exponent]);
        const capture = bytes(ng.section(), ng.interface(1, options), ...packets);
        const times = counts.map((count) => {
          const nanos = ((count % perSecond) * 1_000_000_000n) / perSecond;
          return `${count / perSecond}.${String(nanos).padStart(9, '0')}`;
        });
        expect(collect(capture).packets.map((packet) => packet.time)).toEqual(times);
      }),
      500,
    );
  });

  it('takes the captured length of a simple packet from the snap length', () => {
    const ng = pcapng();
    const { data } = frame(2);
    const simple = ng.simplePacket({ data: data.subarray(0, 64), original: data.length });
    const { packets } = collect(bytes(ng.section(), ng.interface(1, [], 64), simple));
    expect(packets[0]).toMatchObject({ seq: 2, payloadLength: 74 });
  });

  it('tells of a packet from an interface that nobody described, and goes on', () => {
    const ng = pcapng();
    const capture = bytes(
      ng.section(),
      ng.interface(1),
      ng.packet(frame(0), 7),
      ng.packet(frame(1), 7),
      ng.packet(frame(2)),
    );
    const { packets, problems } = collect(capture);
    expect(packets.map(({ seq, frame: number }) => [seq, number])).toEqual([[2, 3]]);
    expect(problems).toMatchObject([
      { code: 'unknown-interface', frame: 1, offset: 48, fatal: false },
    ]);
  });
});

describe('pieces', () => {
  const ng = pcapng();
  const captures = [
    pcap(row(40)),
    bytes(ng.section(), ng.interface(1), ...row(40).map((one) => ng.packet(one))),
  ];
  it('make no difference, of whatever size they are', () => {
    const whole = captures.map((capture) => collect(capture).packets);
    holds(
      fc.property(
        fc.nat(captures.length - 1),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 }),
        (which, pieces) => {
          const { packets, problems } = collect(captures[which]!, pieces);
          expect(packets).toEqual(whole[which]);
          expect(problems).toEqual([]);
        },
      ),
      300,
    );
  });

  it('shows a packet as soon as it is whole', () => {
    let count = 0;
    const reader = new CaptureReader({ segment: () => (count += 1), icmpError: () => {} });
    const capture = pcap(row(2));
    const first = 24 + 16 + frame(0).data.length;
    for (let at = 0; at < capture.length; at += 1) {
      reader.push(capture.subarray(at, at + 1));
      expect(count).toBe(at + 1 === capture.length ? 2 : at + 1 >= first ? 1 : 0);
    }
  });
});

describe('bad input', () => {
  const fatalOf = (capture: Bytes) => collect(capture).problems.find((problem) => problem.fatal);

  it('tells an empty file', () => {
    expect(fatalOf(zeros(0))).toMatchObject({ code: 'empty', frame: 0, offset: 0 });
  });

  it.each([
    [[0xff, 0xd8, 0xff, 0xe0, ...zeros(30)], 'a JPEG picture'],
    [[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...zeros(30)], 'a PNG picture'],
    [[0x7f, 0x45, 0x4c, 0x46, ...zeros(30)], 'an ELF program'],
    [[0x1f, 0x8b, 8, ...zeros(30)], 'gzip'],
    [[...text('<!DOCTYPE html><html><body>Not found')], 'an HTML page'],
    [[...text('{"error": "no such capture", "code": 404}')], 'JSON'],
    [[...text('10:00:00.1 IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S]')], 'text'],
    [[...text('hi')], 'text'],
  ])('says what a file looks like that is no capture', (content, looksLike) => {
    const problem = fatalOf(Uint8Array.from(content));
    expect(problem).toMatchObject({ code: 'not-a-capture', frame: 0, offset: 0 });
    expect(problem?.message).toContain(looksLike);
  });

  it('says nothing of what it does not recognise', () => {
    expect(fatalOf(zeros(64))?.message).toBe('neither pcap nor pcapng');
  });

  it('tells a version it cannot read', () => {
    const capture = pcap(row(1));
    capture[4] = 3;
    expect(fatalOf(capture)).toMatchObject({ code: 'unsupported-version', offset: 4 });
  });

  it('delivers everything before a cut, wherever it is, and says where the cut record began', () => {
    const frames = row(5);
    const starts = [24];
    for (const { data } of frames) starts.push(starts.at(-1)! + 16 + data.length);
    const capture = pcap(frames);
    expect(fatalOf(capture.subarray(0, 3))).toMatchObject({ code: 'not-a-capture', offset: 0 });
    for (let length = 4; length < capture.length; length += 1) {
      const { packets, problems } = collect(capture.subarray(0, length));
      const whole = starts.filter((start) => start > 24 && start <= length).length;
      expect(packets.length).toBe(whole);
      if (starts.includes(length)) expect(problems).toEqual([]);
      else {
        const offset = Math.max(0, ...starts.filter((start) => start <= length));
        expect(problems).toMatchObject([{ code: 'cut-short', frame: whole, offset, fatal: true }]);
      }
    }
  });

  it('tells a cut pcapng', () => {
    const ng = pcapng();
    const capture = bytes(ng.section(), ng.interface(1), ng.packet(frame(0)), ng.packet(frame(1)));
    const { packets, problems } = collect(capture.subarray(0, -5));
    expect(packets.length).toBe(1);
    const offset = 28 + 20 + ng.packet(frame(0)).length;
    expect(problems).toMatchObject([{ code: 'cut-short', frame: 1, offset, fatal: true }]);
  });

  /** Writes a 32-bit little-endian value over a capture. */
  const patched = (capture: Bytes, at: number, value: number): Bytes => {
    const copy = capture.slice();
    new DataView(copy.buffer).setUint32(at, value, true);
    return copy;
  };
  const recordAt = (frames: readonly Frame[], n: number): number =>
    frames.slice(0, n).reduce((at, { data }) => at + 16 + data.length, 24);

  it.each([0x7fffffff, 0xffffffff, 0x00200000, 0x08000000])(
    'goes on behind a pcap record that claims %d bytes',
    (claim) => {
      const frames = row(12);
      const at = recordAt(frames, 4);
      const capture = patched(pcap(frames), at + 8, claim);
      for (const pieces of [[capture.length], [7], [100]]) {
        const { packets, problems } = collect(capture, pieces);
        expect(packets.map((packet) => packet.seq)).toEqual(without(12, 4));
        expect(problems).toMatchObject([
          { code: 'bad-record-length', frame: 4, offset: at, fatal: false },
        ]);
        const skipped = 16 + frames[4]!.data.length;
        expect(problems[0]?.message).toContain(`skipped ${skipped} bytes`);
      }
    },
  );

  it('goes on behind a pcap record that claims more than it has, within the usual', () => {
    const frames = row(30);
    const capture = patched(pcap(frames), recordAt(frames, 4) + 8, 300);
    const numbers = seqs(capture);
    expect(numbers.slice(0, 4)).toEqual(upTo(4));
    expect(numbers.slice(-20)).toEqual(upTo(30).slice(-20));
    expect(collect(capture).problems).toMatchObject([{ code: 'bad-record-length', fatal: false }]);
  });

  it('does not let a false length swallow megabytes', () => {
    const large = (n: number): Frame => ({
      data: ethernet(segment({ seq: n, payload: zeros(60_000) })),
    });
    const frames = [...row(5), ...Array.from({ length: 40 }, (_, n) => large(5 + n))];
    const capture = patched(pcap(frames), recordAt(frames, 2) + 8, 2_000_000);
    expect(seqs(capture, [65_536])).toEqual(without(45, 2));
  });

  it('lists the first of many problems, and counts the rest', () => {
    const capture = bytes(pcap(row(3)));
    const good = pcap(row(3)).subarray(24);
    const damaged = Array.from({ length: 100 }, () => [text('rubbish, rubbish, rubbish'), good]);
    const { reader, counts } = collect(bytes(capture, ...damaged.flat()));
    expect(counts.packets).toBe(303);
    expect(reader.problems.length).toBe(64);
    expect(reader.furtherProblems).toBe(36);
  });

  it('finds no phantom packets in a tail of zeros, as a crash leaves it', () => {
    const { packets, problems, counts } = collect(bytes(pcap(row(5)), zeros(1000)));
    expect(packets.length).toBe(5);
    expect(counts.packets).toBe(5);
    expect(problems).toMatchObject([{ code: 'bad-record-length', frame: 5, fatal: true }]);
    expect(collect(bytes(pcap([]), zeros(1000))).counts.packets).toBe(0);
  });

  it.each([0, 8, 4, 13, 0xfffffffc, 0x80000000, 0x7ffffffc])(
    'goes on behind a pcapng block that claims %d bytes',
    (claim) => {
      const ng = pcapng();
      const blocks = row(12).map((one) => ng.packet(one));
      const start = bytes(ng.section(), ng.interface(1), ...blocks.slice(0, 4));
      const at = start.length;
      const capture = patched(bytes(start, ...blocks.slice(4)), at + 4, claim);
      for (const pieces of [[capture.length], [7], [100]]) {
        const { packets, problems } = collect(capture, pieces);
        expect(packets.map((packet) => packet.seq)).toEqual(without(12, 4));
        expect(problems).toMatchObject([
          { code: 'bad-block-length', frame: 4, offset: at, fatal: false },
        ]);
        expect(problems[0]?.message).toContain(
          `a block claims ${claim.toLocaleString('en')} bytes`,
        );
      }
    },
  );

  it('goes on behind a pcapng block whose lengths differ', () => {
    const ng = pcapng();
    const blocks = row(9).map((one) => ng.packet(one));
    const start = bytes(ng.section(), ng.interface(1), ...blocks.slice(0, 3));
    const at = start.length + blocks[3]!.length - 4;
    const capture = patched(bytes(start, ...blocks.slice(3)), at, 44);
    expect(seqs(capture)).toEqual(without(9, 3));
  });

  it('tells a packet block that claims more data than it has, and goes on', () => {
    const ng = pcapng();
    const blocks = row(3).map((one) => ng.packet(one));
    const at = 48 + blocks[0]!.length;
    const capture = patched(bytes(ng.section(), ng.interface(1), ...blocks), at + 20, 5000);
    const { packets, problems, counts } = collect(capture);
    expect(packets.map((packet) => packet.seq)).toEqual([0, 2]);
    expect(counts).toMatchObject({ packets: 3, malformed: 1 });
    expect(problems).toMatchObject([
      { code: 'bad-record-length', frame: 2, offset: at, fatal: false },
    ]);
  });

  it('tells a bad section header in the middle', () => {
    const ng = pcapng();
    const bad = ng.section();
    bad[8] = 0;
    const more = row(6)
      .slice(1)
      .map((one) => ng.packet(one));
    const capture = bytes(ng.section(), ng.interface(1), ng.packet(frame(0)), bad, ...more);
    expect(seqs(capture)).toEqual(upTo(6));
    expect(collect(capture).problems).toMatchObject([{ code: 'bad-block-length', frame: 1 }]);
  });

  it('throws what is the caller’s fault', () => {
    const reader = new CaptureReader({ segment: () => {}, icmpError: () => {} });
    reader.end();
    expect(() => reader.push(zeros(1))).toThrow('push after end');
  });
});

describe('damage', () => {
  const ng = pcapng();
  const big = pcapng(false);
  const frames = row(20);
  const captures = [
    pcap(frames),
    pcap(frames, { nanoseconds: true, littleEndian: false }),
    bytes(ng.section(), ng.interface(1, ng.option(9, [9])), ...frames.map((one) => ng.packet(one))),
    bytes(
      big.section(),
      big.interface(1),
      ...frames.map((one, n) => (n % 2 === 0 ? big.packet(one) : big.simplePacket(one))),
    ),
  ];

  it('never throws, and every problem has a place within the capture', () => {
    holds(
      fc.property(
        fc.nat(captures.length - 1),
        fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 5000 }),
        (which, flips, cut, piece) => {
          const damaged = captures[which]!.slice();
          for (const [at, value] of flips) damaged[at % damaged.length] = value;
          const capture = damaged.subarray(0, cut < 8000 ? damaged.length : cut % damaged.length);
          const { packets, problems, counts } = collect(capture, [piece]);
          expect(packets.length).toBeLessThanOrEqual(counts.packets);
          for (const problem of problems) {
            expect(problem.offset).toBeLessThanOrEqual(capture.length);
            expect(problem.frame).toBeLessThanOrEqual(counts.packets);
            expect(problem.message).not.toBe('');
          }
          expect(problems.slice(0, -1).some((problem) => problem.fatal)).toBe(false);
          expect(collect(capture).packets).toEqual(packets);
        },
      ),
      3000,
    );
  });

  it('in one place costs nothing that came before it', () => {
    holds(
      fc.property(
        fc.nat(captures.length - 1),
        fc.nat(10_000),
        fc.integer({ min: 1, max: 255 }),
        (which, where, change) => {
          const whole = captures[which]!;
          const at = where % whole.length;
          const damaged = whole.slice();
          damaged[at] = damaged[at]! ^ change;
          const before = collect(whole.subarray(0, at)).packets;
          expect(collect(damaged).packets.slice(0, before.length)).toEqual(before);
        },
      ),
      2000,
    );
  });

  it('of everything is no harm either', () => {
    const starts = captures.map((capture) => capture.subarray(0, 64));
    holds(
      fc.property(
        fc.constantFrom(zeros(0), ...starts),
        fc.uint8Array({ maxLength: 4000 }),
        (start, noise) => {
          const { reader, counts } = collect(bytes(start, noise), [997]);
          expect(counts.packets).toBeLessThanOrEqual(start.length + noise.length);
          expect(reader.problems.length).toBeLessThanOrEqual(65);
        },
      ),
      2000,
    );
  });
});

it('keeps no more than a record’s bytes, whatever is claimed', () => {
  const before = process.memoryUsage().arrayBuffers;
  const reader = new CaptureReader({ segment: () => {}, icmpError: () => {} });
  const ng = pcapng();
  reader.push(bytes(ng.section(), ng.interface(1), [6, 0, 0, 0, 0, 0, 0, 4], be16(0)));
  for (let n = 0; n < 64; n += 1) reader.push(zeros(64 * 1024));
  reader.end();
  // A claim of 64 MiB, of which 4 MiB came.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
});
