import { describe, expect, it } from 'vitest';
import {
  bytes,
  type Bytes,
  type Frame,
  pcap,
  pcapng,
  segment,
  text,
  zeros,
} from '../../test/packets.ts';
import { AnnotatedCopy, type Annotations } from './annotated-copy.ts';
import { CaptureReader } from './reader.ts';

const frame = (n: number): Frame => ({
  data: segment({ seq: n, payload: zeros(n) }),
  nanos: n * 1_001_001,
});

const copyOf = (capture: Bytes, annotations: Partial<Annotations>) => {
  const pieces: Uint8Array[] = [];
  const copy = new AnnotatedCopy(
    { keeps: () => true, comments: () => [], ...annotations },
    (piece) => pieces.push(piece.slice()),
  );
  const ignore = (): void => {};
  const reader = new CaptureReader({ segment: ignore, icmpError: ignore, transcript: copy });
  reader.push(capture);
  reader.end();
  copy.end();
  return { copy, written: bytes(...pieces), problems: reader.problems };
};

const at = (wanted: number, ...comments: readonly string[]): Partial<Annotations> => ({
  comments: (n) => (n === wanted ? comments : []),
});

describe.each([
  ['little-endian', true],
  ['big-endian', false],
])('pcapng, %s', (_name, littleEndian) => {
  const { block, section, option, u32, packet, ...blocks } = pcapng(littleEndian);
  const end = u32(0);
  const start = bytes(section(), blocks.interface(101));
  const comment = (words: string) => option(1, [...text(words)]);

  it('leaves every byte as it was where nothing is said', () => {
    const secrets = block(10, [1, 2, 3, 4, 5]);
    const capture = bytes(start, packet(frame(1)), secrets, packet(frame(2)), block(0x0bad, [9]));
    expect(copyOf(capture, {}).written).toEqual(capture);
  });

  it('adds a comment after the options that are there', () => {
    const flags = option(2, u32(1));
    const capture = bytes(start, packet(frame(1), 0, 7n, [...flags, ...end]), packet(frame(3)));
    const { written, copy } = copyOf(capture, at(1, 'linger-zero: ü', 'again'));
    const options = [...flags, ...comment('linger-zero: ü'), ...comment('again'), ...end];
    expect(written).toEqual(bytes(start, packet(frame(1), 0, 7n, options), packet(frame(3))));
    expect(copy).toMatchObject({ packets: 2, comments: 2, unplaced: 0 });
  });

  it('adds one to a packet that has no options, and to an obsolete one', () => {
    const obsolete = blocks.obsoletePacket(frame(4));
    const { written } = copyOf(bytes(start, obsolete), at(1, 'paws'));
    const body = obsolete.subarray(8, -4);
    expect(written).toEqual(bytes(start, block(2, body, comment('paws'), end)));
  });

  it('says how many found no place on simple packets, and leaves those alone', () => {
    const capture = bytes(start, blocks.simplePacket(frame(2)));
    const { written, copy } = copyOf(capture, at(1, 'paws'));
    expect(written).toEqual(capture);
    expect(copy.unplaced).toBe(1);
  });

  it('takes out packets, and nothing else', () => {
    const names = block(4, zeros(8));
    const capture = bytes(start, packet(frame(1)), names, packet(frame(2)));
    const { written } = copyOf(capture, { keeps: (n) => n === 2 });
    expect(written).toEqual(bytes(start, names, packet(frame(2))));
  });

  it('no longer says how long a section is', () => {
    const length = packet(frame(1)).length + blocks.interface(101).length;
    const told = [...u32(length), ...u32(0)];
    const measured = bytes(
      block(
        0x0a0d0d0a,
        section().subarray(8, 16),
        littleEndian ? told : [...u32(0), ...u32(length)],
      ),
      blocks.interface(101),
      packet(frame(1)),
    );
    const { written } = copyOf(measured, {});
    expect(written).toEqual(bytes(start, packet(frame(1))));
  });

  it('leaves out what is damaged, so that the copy is sound', () => {
    const lying = block(6, u32(0), u32(0), u32(0), u32(5000), u32(5000), zeros(8));
    const strange = packet(frame(5), 7);
    const capture = bytes(start, packet(frame(1)), lying, strange, packet(frame(2)));
    const { written, problems } = copyOf(capture, at(4, 'the fourth'));
    expect(problems.map(({ code }) => code)).toEqual(['bad-record-length', 'unknown-interface']);
    const commented = packet(frame(2), 0, undefined, [...comment('the fourth'), ...end]);
    expect(written).toEqual(bytes(start, packet(frame(1)), commented));
  });
});

describe('pcap', () => {
  it.each([
    ['microseconds', {}, 6, 1_000n],
    ['nanoseconds, big-endian', { nanoseconds: true, littleEndian: false }, 9, 1n],
  ])('%s: the same packets at the same times', (_name, fields, resolution, divisor) => {
    const { section, option, u32, block, packet, ...blocks } = pcapng();
    const cut = { ...frame(40), data: frame(40).data.subarray(0, 50), original: 80 };
    const capture = pcap([frame(1), cut], { linkType: 101, snapLength: 4096, ...fields });
    const { written } = copyOf(capture, at(2, 'destroyed'));
    const units = (n: number) => (1_700_000_000_000_000_000n + BigInt(n) * 1_001_001n) / divisor;
    const shb = [...option(4, [...text('resetlab')]), ...u32(0)];
    const expected = bytes(
      block(0x0a0d0d0a, section().subarray(8, -4), shb),
      blocks.interface(101, [...option(9, [resolution]), ...u32(0)], 4096),
      packet({ ...frame(1), seconds: 1_700_000_000 }, 0, units(1)),
      packet(cut, 0, units(40), [...option(1, [...text('destroyed')]), ...u32(0)]),
    );
    expect(written).toEqual(expected);
  });
});

it('cuts a comment at a whole character where an option can take no more', () => {
  const { section, packet, ...blocks } = pcapng();
  const capture = bytes(section(), blocks.interface(101), packet(frame(1)));
  const { written } = copyOf(capture, at(1, `${'a'.repeat(65_534)}ü`));
  const view = new DataView(written.buffer, written.byteOffset);
  const option = capture.length - 4;
  expect([view.getUint16(option, true), view.getUint16(option + 2, true)]).toEqual([1, 65_534]);
});
