import { describe, expect, it } from 'vitest';
import { collect } from '../../test/collect.ts';
import { bytes, pcapng, segment } from '../../test/packets.ts';

describe('what a capture says of itself', () => {
  it.each([
    ['little-endian', true],
    ['big-endian', false],
  ])('how many packets it lost, and until when it listened (%s)', (_name, littleEndian) => {
    const { section, block, option, u32, packet, ...blocks } = pcapng(littleEndian);
    const eight = (high: number, low: number) =>
      littleEndian ? [...u32(low), ...u32(high)] : [...u32(high), ...u32(low)];
    // Times are two words, the upper one first, whatever the byte order: 2^32 µs and one second.
    const ended = [...u32(1), ...u32(1_000_000)];
    const statistics = (id: number, lost: number) => [
      ...u32(id),
      ...u32(1),
      ...u32(0),
      ...option(3, ended),
      ...option(5, eight(0, lost)),
      ...option(7, eight(0, 1)),
      ...u32(0),
    ];
    const capture = bytes(
      section(),
      blocks.interface(101),
      blocks.interface(101),
      packet({ data: segment({ seq: 1 }) }),
      block(5, statistics(0, 40)),
      block(5, statistics(1, 2)),
      block(5, statistics(9, 1000)),
    );
    const { counts } = collect(capture);
    expect(counts.dropped).toBe(44);
    expect(counts.untilSeconds).toBeCloseTo(4294.967296 + 1, 6);
  });

  // The packet was captured at 1,795,297,520.656 s, dumpcap 4.0.17 wrote the first of these ends.
  it.each([
    [
      'in the microseconds of dumpcap on an interface of nanoseconds',
      1_795_297_523_682_669n,
      523.682669,
    ],
    ['in nanoseconds, and after the packets', 1_795_297_523_682_669_000n, 523.682669],
    [
      'in nanoseconds, and before the last packet of another interface',
      1_795_297_518_682_669_000n,
      518.682669,
    ],
  ])('until when it listened, %s', (_name, ended, seconds) => {
    const { section, block, option, u32, packet, ...blocks } = pcapng(true);
    const two = (units: bigint) => [
      ...u32(Number(units >> 32n)),
      ...u32(Number(units & 0xffffffffn)),
    ];
    const capture = bytes(
      section(),
      blocks.interface(101, option(9, [9])),
      packet({ data: segment({ seq: 1 }) }, 0, 1_795_297_520_656_532_828n),
      block(5, [...u32(0), ...two(ended), ...option(3, two(ended)), ...u32(0)]),
    );
    expect(collect(capture).counts.untilSeconds).toBeCloseTo(1_795_297_000 + seconds, 5);
  });
});
