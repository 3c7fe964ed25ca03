import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../../src/reading/tiny-capture.fixture.ts';
import { ROOT } from '../tree.ts';
import { NOTHING, settingsFor, type Who } from './asking.ts';
import { GUEST, hasSwift, OWNER, Swift } from './swift.ts';

const MAIN = join(ROOT, 'dist/cli/main.js');
const PCAP_HEADER = 24;
/** A segment of `refused` in the file. */
const RECORD = 56;

/** The bytes before and after so many segments, each as a capture. */
const halves = (capture: Buffer, segments: number): [Buffer, Buffer] => {
  const at = PCAP_HEADER + segments * RECORD;
  const header = capture.subarray(0, PCAP_HEADER);
  return [capture.subarray(0, at), Buffer.concat([header, capture.subarray(at)])];
};

const SLOW = { timeout: 120_000 };

/** By the command line, against OpenStack Swift. */
describe.skipIf(!hasSwift())('captures in a bucket', SLOW, () => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-s3-'));
  let swift: Swift;
  beforeAll(async () => {
    swift = await Swift.start();
    await swift.bucket('captures');
  });
  afterAll(async () => {
    await swift.stop();
    rmSync(folder, { recursive: true });
  });

  const resetlab = async (words: readonly string[], who: Who = OWNER) => {
    const settings = { ...NOTHING, ...settingsFor(swift.port, who), NO_COLOR: '1' };
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: folder,
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
    return { stdout, stderr, status };
  };
  const last = (rows: string): unknown => JSON.parse(rows.trim().split('\n').at(-1)!);

  it('are read where they lie, compressed or not: what explain says of them in one', async () => {
    const whole = refused(60);
    writeFileSync(join(folder, 'whole.pcap'), whole);
    const [first, second] = halves(whole, 61);
    await swift.put('captures', 'whole/a.pcap', first);
    await swift.put('captures', 'whole/b.pcap.gz', gzipSync(second));
    const words = ['submit', 's3://captures/whole/*', '--store', 'whole', '--json'];
    expect(await resetlab(words)).toEqual(await resetlab(['explain', '--json', 'whole.pcap']));
    // A copy on a disk has the same content: it counts once.
    writeFileSync(join(folder, 'a-copy.pcap'), first);
    const again = await resetlab(['submit', 'a-copy.pcap', '--store', 'whole', '--json']);
    expect(last(again.stdout)).toMatchObject({ packets: 120, resets: 60 });
  });

  it('that are gone or have changed since are told of, and the rest goes on', async () => {
    await swift.put('captures', 'days/1.pcap', refused(2));
    await swift.put('captures', 'days/2.pcap', refused(3));
    const all = ['submit', 's3://captures/days/*.pcap', '--store', 'days', '--json'];
    expect(last((await resetlab(all)).stdout)).toMatchObject({ resets: 5 });
    await swift.put('captures', 'days/2.pcap', refused(7));
    const grown = await resetlab(all);
    expect(grown).toMatchObject({ stderr: '', status: 0 });
    expect(last(grown.stdout)).toMatchObject({ resets: 9 });
    await swift.remove('captures', 'days/1.pcap');
    const without = await resetlab(all);
    expect(without).toMatchObject({ stderr: 'resetlab: 1.pcap: is no longer there\n', status: 2 });
    expect(last(without.stdout)).toMatchObject({ resets: 7 });
  });

  it('that are no captures, or are cut short, are rows', async () => {
    await swift.put('captures', 'bad/photo.jpg', Buffer.from('ffd8ffe000104a464946000101', 'hex'));
    await swift.put('captures', 'bad/short.pcap', refused(2).subarray(0, -3));
    const { stdout, stderr, status } = await resetlab([
      'submit',
      's3://captures/bad/*',
      '--store',
      'bad',
    ]);
    expect(status).toBe(2);
    expect(stdout).toMatch(/^2 captures, 3 packets, /);
    expect(stderr).toMatch(/^resetlab: photo\.jpg: .*looks like/m);
  });

  it('that may not be read are told in one line, and nothing of the secret is anywhere', async () => {
    await swift.put('captures', 'own/1.pcap', refused(2));
    const words = ['submit', 's3://captures/own/1.pcap', '--store', 'own'];
    const wrong = { ...OWNER, secretAccessKey: 'not-the-secret' };
    for (const who of [GUEST, wrong]) {
      const { stdout, stderr, status } = await resetlab(words, who);
      expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
      expect(stderr).toMatch(/^resetlab: s3:\/\/captures\/own\/1\.pcap: [^\n]*\n$/);
      expect(stderr).not.toContain(who.secretAccessKey);
    }
    expect((await resetlab(words)).status).toBe(0);
    const kept = readdirSync(join(folder, 'own'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(kept.join('\n')).not.toContain(OWNER.secretAccessKey);
  });
});
