import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UNATTENDED } from './operator.ts';
import { readSeekable } from './read-capture.ts';
import { readStream } from './read-stream.ts';
import { refused } from './tiny-capture.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'resetlab-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nobody = { segment: () => {}, icmpError: () => {} };
const { interrupt } = UNATTENDED;

const read = async (bytes: Uint8Array) => {
  const file = join(folder, 'capture');
  writeFileSync(file, bytes);
  const descriptor = openSync(file, 'r');
  const source = { kind: 'stream', file, descriptor, bytes: bytes.length } as const;
  const pass = await readStream(
    source,
    nobody,
    UNATTENDED.progressOf(file, undefined),
    interrupt,
    () => undefined,
  );
  return { packets: pass.reader.counts.packets, problem: pass.problem ?? pass.reader.problems[0] };
};

describe('a stream', () => {
  const capture = refused(20_000);

  it('is read as it is, and decompressed where it is compressed', async () => {
    expect(await read(capture)).toEqual({ packets: 40_000, problem: undefined });
    expect(await read(gzipSync(capture))).toEqual({ packets: 40_000, problem: undefined });
  });

  it('may be several gzip members', async () => {
    const members = Buffer.concat([
      gzipSync(capture.subarray(0, 1000)),
      gzipSync(capture.subarray(1000)),
    ]);
    expect(await read(members)).toEqual({ packets: 40_000, problem: undefined });
  });

  it('keeps what came before a gzip file was cut', async () => {
    const zipped = gzipSync(capture);
    const { packets, problem } = await read(zipped.subarray(0, zipped.length >> 1));
    expect(packets).toBeGreaterThan(10_000);
    expect(packets).toBeLessThan(40_000);
    expect(problem).toMatchObject({ code: 'bad-compression', frame: packets, fatal: true });
    expect(problem?.offset).toBe(zipped.length >> 1);
  });

  it('keeps what came before gzip data was damaged', async () => {
    const zipped = gzipSync(capture);
    zipped.fill(0xff, zipped.length >> 1, (zipped.length >> 1) + 64);
    const { packets, problem } = await read(zipped);
    expect(packets).toBeGreaterThan(0);
    expect(problem?.frame).toBeGreaterThan(0);
    expect(problem?.frame).toBeLessThan(40_000);
  });

  it('says so when it is shorter than any magic number', async () => {
    expect((await read(Buffer.alloc(0))).problem).toMatchObject({ code: 'empty' });
    expect((await read(Buffer.from([0x1f]))).problem).toBeDefined();
    expect((await read(Buffer.from([0x1f, 0x8b]))).problem).toMatchObject({
      code: 'bad-compression',
    });
  });
});

describe('an ordinary file', () => {
  it('shows no pass more than the first one saw, though it grew', async () => {
    const file = join(folder, 'growing');
    writeFileSync(file, refused(10));
    const descriptor = openSync(file, 'r');
    const progress = UNATTENDED.progressOf(file, undefined);
    const first = await readSeekable(descriptor, Infinity, nobody, progress, undefined);
    writeFileSync(file, refused(20));
    const second = await readSeekable(descriptor, first.bytes, nobody, progress, undefined);
    closeSync(descriptor);
    expect(second.reader.counts.packets).toBe(20);
    expect(second.reader.problems).toEqual([]);
  });

  it('tells trouble of the disk as a problem with its place', async () => {
    const descriptor = openSync(folder, 'r');
    const progress = UNATTENDED.progressOf(folder, undefined);
    const pass = await readSeekable(descriptor, 100, nobody, progress, undefined);
    closeSync(descriptor);
    expect(pass.problem).toMatchObject({ code: 'unreadable', offset: 0, fatal: true });
  });
});
