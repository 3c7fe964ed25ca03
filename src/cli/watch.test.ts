import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { pcapng, segment } from '../../test/packets.ts';
import { refused } from '../reading/tiny-capture.fixture.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'resetlab-watch-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly type: string;
  readonly frame: number;
  readonly cause: string;
  readonly confidence: string;
  readonly alternatives: readonly { readonly cause: string }[];
}

const rowsOf = (text: string): Row[] =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const run = (input: Uint8Array, ...words: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, ...words], { input, encoding: 'utf8', cwd: folder });

/** Each takes two processes: every sixth of them. */
const captures = readdirSync(EXAMPLES)
  .filter((name) => /\.pcap/.test(name))
  .filter((_, index) => index % 6 === 0);
const bytesOf = (name: string): Uint8Array => {
  const bytes = readFileSync(join(EXAMPLES, name));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};

describe('a capture that comes through a pipe', () => {
  it.each(captures)('%s: the resets that explain tells, and a cause that it allows', (name) => {
    const input = bytesOf(name);
    const later = rowsOf(run(input, 'explain', '-', '--json').stdout);
    const { stdout, stderr, status } = run(input, 'watch', '-');
    const now = rowsOf(stdout);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const frames = (rows: readonly Row[]) =>
      rows
        .flatMap(({ type, frame }) => (type === 'summary' ? [] : [frame]))
        .toSorted((a, b) => a - b);
    expect(frames(now)).toEqual(frames(later));
    // Said a second after the reset, without what came later: never surer of something else.
    for (const row of now.filter(({ type }) => type === 'reset')) {
      const told = later.find(({ frame }) => frame === row.frame);
      const allowed = [told?.cause, ...(told?.alternatives ?? []).map(({ cause }) => cause)];
      if (row.confidence === 'certain') expect(allowed).toContain(row.cause);
    }
  });

  it('is told line by line, and ends quietly where nobody reads on', () => {
    const { stdout } = run(refused(3), 'watch', '-', '--lines');
    const [first, , , last] = stdout.split('\n');
    expect(first).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3}Z {2}closed-port .* 10\.0\.0\.2:80 reset 10\.0\.0\.1:\d+$/,
    );
    expect(last).toMatch(/^3 resets and 0 failures in \d+:\d\d, /);
    const shell = `"${process.execPath}" "${MAIN}" watch - --lines < many.pcap | head -1`;
    writeFileSync(join(folder, 'many.pcap'), refused(3000));
    const head = spawnSync('sh', ['-c', shell], { encoding: 'utf8', cwd: folder });
    expect({ stderr: head.stderr, status: head.status }).toEqual({ stderr: '', status: 0 });
  });

  it('says at the end how many packets it lost', () => {
    const { section, packet, block, option, u32, ...blocks } = pcapng();
    // Interface Statistics Block: interface, time, isb_ifdrop.
    const statistics = block(5, u32(0), u32(0), u32(0), option(5, [...u32(42), ...u32(0)]));
    const parts = [section(), blocks.interface(101), packet({ data: segment({}) }), statistics];
    const input = Buffer.concat(parts);
    expect(run(input, 'watch', '-', '--lines').stdout).toMatch(/^42 packets were dropped/);
    expect(rowsOf(run(input, 'watch', '-').stdout)).toMatchObject([
      { type: 'dropped', packets: 42 },
      { type: 'summary' },
    ]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is summed up also at %s', async (signal) => {
    const child = spawn(process.execPath, [MAIN, 'watch', '-'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let heard = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
    // It need not read to the end.
    child.stdin.on('error', () => {});
    // Of the first of these it is known at once that nothing comes after.
    child.stdin.write(refused(3000));
    await once(child.stdout, 'data');
    child.kill(signal);
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(rowsOf(heard).at(-1)).toMatchObject({ type: 'summary' });
  });

  it('is no capture at all: says so', () => {
    const { stderr, status } = run(
      Buffer.from('ffd8ffe000104a464946000101010048'.repeat(4), 'hex'),
      'watch',
      '-',
    );
    expect(stderr).toContain('JPEG');
    expect(status).toBe(2);
  });

  it('follows so many connections only, and still tells each reset', () => {
    const { stdout } = run(refused(500), 'watch', '-', '--connections', '16');
    expect(rowsOf(stdout).filter(({ cause }) => cause === 'closed-port')).toHaveLength(500);
  });

  it('--save keeps the packets before each reset, with the verdict as a comment', () => {
    run(refused(5), 'watch', '-', '--save', 'kept', '--save-limit', '3');
    const files = readdirSync(join(folder, 'kept'));
    expect(files).toHaveLength(3);
    expect(files[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d.-]+Z-2-closed-port\.pcapng$/);
    const saved = readFileSync(join(folder, 'kept', files[0] ?? ''));
    expect(saved.includes('resetlab: closed-port')).toBe(true);
    const again = rowsOf(run(saved, 'explain', '-', '--json').stdout);
    expect(again).toMatchObject([{ frame: 2, cause: 'closed-port' }, { packets: 2 }]);
  });
});
