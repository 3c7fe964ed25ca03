import fc from 'fast-check';
import { expect, it } from 'vitest';
import { be32, bytes, text, zeros } from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { installed, runOn } from '../../test/tools.ts';
import { ZstdDecompressor } from './decompress.ts';
import { sniffCompression } from './magic.ts';

const decompress = (input: Uint8Array, piece = input.length) => {
  const output: Uint8Array[] = [];
  const decompressor = new ZstdDecompressor((chunk) => output.push(chunk.slice()));
  const buffer = new Uint8Array(piece);
  for (let at = 0; at < input.length; at += piece) {
    const part = input.subarray(at, at + piece);
    buffer.set(part);
    decompressor.push(buffer.subarray(0, part.length));
    buffer.fill(0xee);
  }
  decompressor.end();
  return { output: bytes(...output), problem: decompressor.problem };
};

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** `zstd -19` (1.5.4) of two hundred lines of `GET /n HTTP/1.1`, n from 1: with a checksum. */
const REQUESTS = text(Array.from({ length: 200 }, (_, n) => `GET /${n + 1} HTTP/1.1\n`).join(''));
const COMPRESSED = fromHex(
  '28b52ffd0468650900b65f3c138027853a90bac8a064bbb79444c900982684013d0037003000147463534333' +
    '23d3e13c3127262524232215ca1272b556a95369cbdee8d158240e85253983b75dd3b3dcf9c767452325c001' +
    '0f0a86814078200c0203013f2fdfe7fff1175b5c31c5134bdc98f171c47776757473723dde17776656463626' +
    '56a36d615756555453522dd61575645444342454221d36d74cf3cc3277e6fc1cf3c926974cf2c82257a6bc1c' +
    'f275ebd5a94f97dece7e8f7edc7871e2c3859793cf83dfdbd75311bcdbeebae99e5beedebcbfe33edbecb2c9' +
    '1e5becdab4b7c3bedaeaaaa99e5aead6acafa33edae8a2891e5ae8d2a4a783be3980c8a81140747ebf03e0e7' +
    '10126144980f8dcadffefbaffffee7bffff5ef7ffbb5f67ffffdde7f7ff7dfbffdf7d729cd025b6039ae06a4' +
    '2ab27d1fe9',
);
/** By hand (RFC 8878 §3.1.1): a single segment of 3 bytes, one last raw block. */
const RAW = bytes(be32(0x28b52ffd), 0x20, 3, [0x19, 0, 0], text('abc'));
/** A window of 1 KiB, one last block of 1000 times `z`. */
const REPEATED = bytes(be32(0x28b52ffd), 0, 0, [0x43, 0x1f, 0], text('z'));
const SKIPPABLE = bytes([0x53, 0x2a, 0x4d, 0x18], [4, 0, 0, 0], text('skip'));

it('decompresses what zstd made, in pieces of any size', () => {
  for (const piece of [COMPRESSED.length, 1, 3, 17, 100]) {
    expect(decompress(COMPRESSED, piece)).toEqual({ output: REQUESTS, problem: undefined });
  }
});

it('reads several frames, skippable ones among them', () => {
  const several = bytes(SKIPPABLE, RAW, COMPRESSED, SKIPPABLE, REPEATED, RAW);
  const expected = bytes(text('abc'), REQUESTS, text('z'.repeat(1000)), text('abc'));
  for (const piece of [several.length, 1, 5]) {
    expect(decompress(several, piece)).toEqual({ output: expected, problem: undefined });
  }
});

it('delivers what came before a fault, and says where it is', () => {
  const good = bytes(RAW, RAW);
  const cases: readonly (readonly [Uint8Array, number, string])[] = [
    [bytes(good, text('what is this?')), 24, 'not a zstd frame'],
    [bytes(good, be32(0x28b52ffd), 0x08, zeros(9)), 28, 'reserved bit'],
    [bytes(good, be32(0x28b52ffd), 0x01, 0x50, 7, zeros(9)), 28, 'dictionary'],
    [bytes(good, be32(0x28b52ffd), 0, 0xf8, zeros(9)), 28, 'window of 2,199,023,255,552 bytes'],
    [bytes(good, be32(0x28b52ffd), 0, 0x50, [7, 0, 0], zeros(9)), 30, 'reserved type'],
    [bytes(good, be32(0x28b52ffd), 0, 0x50, [4, 0, 255], zeros(9)), 30, 'a zstd block claims'],
  ];
  for (const [input, offset, message] of cases) {
    const { output, problem } = decompress(input);
    expect(output).toEqual(text('abcabc'));
    expect(problem).toMatchObject({ code: 'bad-compression', offset, fatal: true });
    expect(problem?.message).toContain(message);
  }
});

it('tells a cut', () => {
  for (let length = 1; length < COMPRESSED.length; length += 1) {
    const { problem } = decompress(COMPRESSED.subarray(0, length), 7);
    expect(problem).toMatchObject({ code: 'bad-compression', offset: length, fatal: true });
  }
});

it('takes any damage as a fault of the input', () => {
  holds(
    fc.property(
      fc.array(fc.tuple(fc.nat(COMPRESSED.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.integer({ min: 1, max: 400 }),
      (changes, piece) => {
        const damaged = COMPRESSED.slice();
        for (const [at, value] of changes) damaged[at] = value;
        const { problem } = decompress(damaged, piece);
        if (problem !== undefined) expect(problem.offset).toBeLessThanOrEqual(damaged.length);
      },
    ),
    500,
  );
});

// Found by this test with another decoder: an endless loop in its entropy tables.
it('ends on damage that made another decoder run for ever', () => {
  const damaged = COMPRESSED.slice();
  damaged[13] = 241;
  damaged[272] = 42;
  damaged[218] = 148;
  expect(decompress(damaged).problem).toMatchObject({ code: 'bad-compression', fatal: true });
});

it.runIf(installed('zstd', '--version'))('decompresses every level of zstd', () => {
  // Text with repetitions near and far, then bytes without any, then a run.
  let state = 12_345;
  const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16;
  const lines = Array.from(
    { length: 20_000 },
    (_, n) => `${next() % 50} GET /${next() % 999} ${n}\n`,
  );
  const noise = Uint8Array.from({ length: 200_000 }, () => next() & 0xff);
  const plain = Buffer.concat([text(lines.join('')), noise, zeros(300_000), text(lines.join(''))]);
  for (const level of [
    '-1',
    '-3',
    '-9',
    '-19',
    '--fast=5',
    '--ultra -22',
    '-3 --zstd=wlog=10',
    '-3 --zstd=wlog=18',
    '-3 --no-check --long',
  ]) {
    const args = (path: string) => [...level.split(' '), '-q', '-c', path];
    const compressed = runOn(plain, 'zstd', args, 'buffer');
    expect(Buffer.compare(decompress(compressed, 10_000).output, plain), level).toBe(0);
  }
});

it('lets pass what the receiver throws', () => {
  const decompressor = new ZstdDecompressor(() => {
    throw new Error('the receiver’s own');
  });
  expect(() => {
    decompressor.push(RAW);
    decompressor.end();
  }).toThrow('the receiver’s own');
});

it('recognises compression by its magic', () => {
  expect(sniffCompression(Uint8Array.of(0x1f, 0x8b, 8, 0))).toBe('gzip');
  expect(sniffCompression(RAW)).toBe('zstd');
  expect(sniffCompression(SKIPPABLE)).toBe('zstd');
  expect(sniffCompression(Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1))).toBe('none');
  expect(sniffCompression(zeros(0))).toBe('none');
});
