import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, refusedAndMore } from '../reading/tiny-capture.fixture.ts';
import type { ReportData } from '../report/html/data.ts';
import { ladderEntries } from '../report/html/ladder-data.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'resetlab-report-'));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  writeFileSync(at('refused.pcap'), refused(1));
  writeFileSync(at('cut.pcap'), refused(2).subarray(0, -10));
  writeFileSync(at('photo.jpg'), Buffer.from('ffd8ffe000104a464946000101010048', 'hex'));
  copyFileSync(`${EXAMPLES}early-response-node.pcapng.gz`, at('early.pcapng.gz'));
  writeFileSync(at('early.pcapng'), gunzipSync(readFileSync(at('early.pcapng.gz'))));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (words: readonly string[], input?: Uint8Array) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'report', ...words], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, RESETLAB_LANG: '' },
    ...(input === undefined ? {} : { input }),
    maxBuffer: 1 << 28,
  });
  expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
  return { stdout, stderr, status };
};

const dataOf = (page: string): ReportData =>
  JSON.parse(/<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page)?.[1] ?? '');

const reported = (words: readonly string[], input?: Uint8Array): ReportData => {
  const { stdout, status } = run([...words, '-o', '-'], input);
  expect(status).toBe(0);
  return dataOf(stdout);
};

describe('report', () => {
  it('writes a page named after the capture, and says so', () => {
    expect(run(['early.pcapng.gz'])).toMatchObject({ status: 0, stderr: '' });
    const page = readFileSync(at('early.html'), 'utf8');
    expect(dataOf(page)).toMatchObject({ title: 'early.pcapng.gz', language: 'en' });
    expect(run(['refused.pcap', '-o', 'ticket.html', '--lang', 'zh']).stdout).toMatch(
      /^ticket\.html：\d+ kB/,
    );
  });

  it('makes a file that refers to nothing outside of it', () => {
    const { stdout: page } = run(['early.pcapng', '-o', '-']);
    expect(page.includes("default-src 'none'")).toBe(true);
    expect(page.match(/(?:src|href)=["']?(?!data:|#)[a-z./]+/gi)).toBeNull();
    expect(page.match(/@import|url\((?!#)/g)).toBeNull();
    // Names of formats, which nobody fetches.
    const addresses = new Set(page.match(/https?:\/\/[^\s"'`)<]+/g));
    expect([...addresses].filter((one) => !one.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  it('says the same of a file, compressed or not, and of a pipe', () => {
    const { title: _title, file: _file, ...plain } = reported(['early.pcapng']);
    const { title: _title2, file: _file2, ...packed } = reported(['early.pcapng.gz']);
    const piped = reported(['-'], readFileSync(at('early.pcapng')));
    const { title: _title3, file: _file3, ...throughPipe } = piped;
    expect(packed).toEqual(plain);
    expect(throughPipe).toEqual(plain);
    expect(reported(['-'], gzipSync(refused(2))).verdicts).toHaveLength(2);
    expect(piped).toMatchObject({ title: 'standard input', file: '' });
  });

  it('reports at Ctrl-C what came through the pipe until then', async () => {
    const child = spawn(process.execPath, [MAIN, 'report', '-', '-o', at('live.html')]);
    const ended = once(child, 'close');
    // It need not read to the end.
    child.stdin.on('error', () => {});
    await new Promise((resolve) => child.stdin.write(refusedAndMore(3), resolve));
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
    const data = dataOf(readFileSync(at('live.html'), 'utf8'));
    expect(data.verdicts).toHaveLength(3);
    expect(data.problems).toEqual(['Interrupted: this is what was found up to that point.']);
  });

  it('holds every segment of a short connection', () => {
    const { ladders } = reported(['early.pcapng']);
    expect(ladders[1]?.frame).toEqual(Array.from({ length: 104 }, (_, index) => index + 1));
  });

  it('holds nothing that was sent, unless it is asked to', () => {
    // The request line of the example is `POST /upload HTTP/1.1`.
    const { stdout } = run(['early.pcapng', '-o', '-']);
    expect(stdout.includes('upload')).toBe(false);
    expect(stdout.includes(Buffer.from('upload').toString('hex'))).toBe(false);
    const { ladders } = reported(['early.pcapng', '--payload']);
    const sent = ladderEntries(ladders[1]!).flatMap((row) =>
      'frame' in row && row.payload !== undefined ? [Buffer.from(row.payload).toString()] : [],
    );
    expect(sent[0]).toMatch(/^POST \/upload HTTP\/1\.1\r\n/);
  });

  it('lets no address through when it anonymises', () => {
    for (const name of [
      'firewall-reject-router.pcapng',
      'injected-train.pcapng',
      'health-check.pcap',
    ]) {
      copyFileSync(EXAMPLES + name, at(name));
      const named = run([name, '-o', '-']).stdout;
      const { stdout, status } = run([name, '-o', '-', '--anonymise']);
      expect(status).toBe(0);
      expect(named.match(/10\.99\.|fd00:99/)).not.toBeNull();
      expect(stdout.match(/10\.99\.|fd00:99|"1:[\w+/]{27}=/g)).toBeNull();
      expect(dataOf(stdout).isAnonymised).toBe(true);
    }
  });

  it('will not show what was sent by nobody', () => {
    const { stderr, status } = run(['early.pcapng', '--anonymise', '--payload']);
    expect(stderr).toMatch(/'--payload' cannot be used with option '--anonymise'/);
    expect(status).toBe(2);
  });

  it('never writes over the capture', () => {
    const before = readFileSync(at('refused.pcap'));
    const { stderr, status } = run([
      'refused.pcap',
      '-o',
      `../${folder.split('/').at(-1)}/refused.pcap`,
    ]);
    expect(stderr).toContain('is the capture itself');
    expect(status).toBe(2);
    expect(readFileSync(at('refused.pcap'))).toEqual(before);
  });

  it('tells what is wrong in one line, and reports what could be read', () => {
    expect(run(['nosuch.pcap'])).toMatchObject({
      status: 2,
      stderr: 'resetlab: nosuch.pcap: no such file\n',
    });
    expect(run(['refused.pcap', '-o', 'no/such/folder.html'])).toMatchObject({
      status: 2,
      stderr: 'resetlab: no/such/folder.html: no such file\n',
    });
    expect(run(['photo.jpg'])).toMatchObject({ status: 2, stdout: '' });
    const cut = run(['cut.pcap', '-o', '-']);
    expect(cut.status).toBe(2);
    expect(cut.stderr).toContain('resetlab: cut.pcap: frame 3, byte 192: ');
    expect(dataOf(cut.stdout)).toMatchObject({ verdicts: [{ frame: 2 }] });
    expect(dataOf(cut.stdout).problems).toHaveLength(1);
  });
});
