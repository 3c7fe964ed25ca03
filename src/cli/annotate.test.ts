import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { installed } from '../../test/tools.ts';
import { refused, tinyCapture } from '../reading/tiny-capture.fixture.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'resetlab-annotate-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const run = (program: string, ...words: readonly string[]) =>
  spawnSync(program, words, { encoding: 'utf8', cwd: folder, maxBuffer: 1 << 28 });
const resetlab = (...words: readonly string[]) => run(process.execPath, MAIN, ...words);

const withTshark = installed('tshark', '--version') && installed('capinfos', '--version');
/** As root it warns; of the capture it must say nothing. */
const complaints = (stderr: string): string[] =>
  stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user'));
const fieldsOf = (capture: string, ...fields: readonly string[]) => {
  const { stdout, stderr } = run(
    'tshark',
    '-r',
    capture,
    '-T',
    'fields',
    ...fields.flatMap((field) => ['-e', field]),
  );
  expect(complaints(stderr), capture).toEqual([]);
  return stdout.trimEnd().split('\n');
};
const WIRE = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'frame.protocols', 'tcp.checksum'];

const captures = readdirSync(EXAMPLES).filter((name) => /\.pcap/.test(name));

describe.runIf(withTshark)('as tshark reads it', () => {
  it.each(captures)('%s: a comment at each verdict, all else the same', (name) => {
    const original = join(EXAMPLES, name);
    expect(resetlab('annotate', original, '-o', 'copy.pcapng').status).toBe(0);
    const rows = resetlab('explain', original, '--json').stdout.trimEnd().split('\n');
    const verdicts = rows.map((row) => JSON.parse(row)).filter(({ type }) => type !== 'summary');
    const read = fieldsOf('copy.pcapng', 'frame.comment', ...WIRE);
    const commented = read.flatMap((line, index) => (line.startsWith('\t') ? [] : [index + 1]));
    expect(commented).toEqual([...new Set(verdicts.map(({ frame }) => frame))]);
    for (const { frame, cause } of verdicts) expect(read[frame - 1]).toContain(cause);
    const packets = (file: string) => run('capinfos', '-T', '-r', '-c', file).stdout.split('\t')[1];
    expect(packets('copy.pcapng')).toBe(packets(original));
  });

  it('has the same packets at the same times, from pcap and from pcapng', () => {
    for (const name of ['middlebox-idle-timeout.pcap', 'early-response-node.pcapng.gz']) {
      const original = join(EXAMPLES, name);
      resetlab('annotate', original, '-o', 'same.pcapng');
      expect(fieldsOf('same.pcapng', ...WIRE)).toEqual(fieldsOf(original, ...WIRE));
    }
    writeFileSync(at('plain.pcap'), refused(20));
    resetlab('annotate', 'plain.pcap', '-o', 'same.pcapng');
    expect(fieldsOf('same.pcapng', ...WIRE)).toEqual(fieldsOf('plain.pcap', ...WIRE));
  });
});

describe('--only-resets', () => {
  const quiet = (seq: number, flags: number) =>
    ({ from: 'client', flags, seq, ack: 1, window: 1000, port: 9 }) as const;
  const refusal = [
    { from: 'client', flags: 2, seq: 1000, ack: 0, window: 64_240, port: 20_000 },
    { from: 'server', flags: 20, seq: 0, ack: 1001, port: 20_000 },
  ] as const;

  it('keeps the connections with a verdict, and numbers frames as they are in the copy', () => {
    const all = [quiet(5, 16), refusal[0], quiet(5, 16), quiet(5, 16), refusal[1], quiet(5, 16)];
    writeFileSync(at('mixed.pcap'), tinyCapture(all));
    const { status, stderr } = resetlab('annotate', 'mixed.pcap', '--only-resets', '-o', 'slice');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'resetlab: slice: 2 packets, 1 comment\n',
    });
    const [row] = resetlab('explain', 'slice', '--json').stdout.split('\n');
    const verdict = JSON.parse(row ?? '');
    expect(verdict).toMatchObject({ frame: 2, cause: 'closed-port' });
    const copy = readFileSync(at('slice'), 'utf8');
    expect(copy).toMatch(/frame [12]:/);
    expect(copy, 'frames of the original').not.toMatch(/frame [3-6]/);
  });
});

describe('what cannot be done', () => {
  it.each([
    ['the capture itself', ['r.pcap', '-o', './r.pcap'], 'is the capture itself'],
    ['a pipe', ['-', '-o', 'x'], 'reads its capture several times'],
    ['a place that is not there', ['r.pcap', '-o', 'no/where.pcapng'], 'no such file'],
    ['no capture', ['photo.jpg', '-o', 'x'], 'JPEG'],
    ['no file', ['gone.pcap', '-o', 'x'], 'gone.pcap: no such file'],
  ])('%s: says so, and leaves nothing behind', (_name, words, message) => {
    writeFileSync(at('r.pcap'), refused(1));
    writeFileSync(at('photo.jpg'), Buffer.from('ffd8ffe000104a464946000101010048', 'hex'));
    const { status, stderr } = resetlab('annotate', ...words);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(status).toBe(2);
    expect(readFileSync(at('r.pcap'))).toEqual(refused(1));
    expect(existsSync(at('x')) || existsSync(at('x.part'))).toBe(false);
  });

  it('a capture that breaks off: what came before is copied, and the exit code says it', () => {
    writeFileSync(at('cut.pcap'), refused(3).subarray(0, -10));
    const { status, stderr } = resetlab('annotate', 'cut.pcap', '-o', 'cut.pcapng');
    expect(status).toBe(2);
    expect(stderr).toContain('cut.pcapng: 5 packets, ');
  });
});
