import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { installed } from '../../test/tools.ts';
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
  readonly sender: string;
  readonly alternatives: readonly { readonly cause: string }[];
  readonly kernel: Record<string, unknown> | null;
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
      /^\d\d:\d\d:\d\d\.\d{3} {2}closed-port .* 10\.0\.0\.2:80 reset 10\.0\.0\.1:\d+$/,
    );
    expect(last).toMatch(/^3 resets and 0 failures in 0:0\d/);
    const shell = `"${process.execPath}" "${MAIN}" watch - --lines < many.pcap | head -1`;
    writeFileSync(join(folder, 'many.pcap'), refused(3000));
    const head = spawnSync('sh', ['-c', shell], { encoding: 'utf8', cwd: folder });
    expect({ stderr: head.stderr, status: head.status }).toEqual({ stderr: '', status: 0 });
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

const isRoot = process.getuid?.() === 0;
const canCapture = isRoot && installed('tcpdump', '--version');
if (!isRoot) console.warn('skipped: watching a device needs root');

/** A server that resets whoever speaks to it. */
const resetter = async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
};

const provoke = async (port: number): Promise<void> => {
  const client = connect(port, '127.0.0.1');
  client.write('x');
  await once(client, 'error');
};

const linesOf = (child: ChildProcess): { text: string } => {
  const heard = { text: '' };
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    heard.text += piece;
  });
  return heard;
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let waited = 0; waited < 15_000 && !holds(); waited += 50) await sleep(50);
  expect(holds()).toBe(true);
};

const fetched = async (url: string): Promise<string> => {
  try {
    return await (await fetch(url)).text();
  } catch {
    return '';
  }
};

describe.runIf(canCapture)('a device', () => {
  it("tells a reset as it happens, with the kernel's own reason and the process", async () => {
    const { server, port } = await resetter();
    const child = spawn(process.execPath, [MAIN, 'watch', '-i', 'lo', `tcp port ${port}`]);
    const heard = linesOf(child);
    // Until tcpdump listens, resets pass unseen.
    await until(() => {
      void provoke(port);
      return heard.text.includes('\n');
    });
    const [row] = rowsOf(heard.text.slice(0, heard.text.indexOf('\n')));
    expect(row).toMatchObject({
      type: 'reset',
      sender: `127.0.0.1:${port}`,
      kernel: { kind: 'sent', state: 'TCP_CLOSE', process: { pid: process.pid } },
    });
    expect(row?.kernel?.['agrees']).not.toBe('no');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(rowsOf(heard.text).at(-1)).toMatchObject({ type: 'summary' });
    server.close();
    expect(readdirSync('/sys/kernel/tracing/instances')).not.toContain(
      `resetlab-watch-${child.pid}`,
    );
  });

  it('says what tcpdump says about a device that is not there', () => {
    const { stderr, status } = run(Buffer.alloc(0), 'watch', '-i', 'nowhere0');
    expect(stderr).toMatch(/^resetlab: tcpdump: .*nowhere0.*No such device/);
    expect(status).toBe(2);
  });

  it.runIf(installed('prometheus', '--version'))('is scraped by Prometheus', async () => {
    const { server, port } = await resetter();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const metricsPort = (taken.address() as AddressInfo).port;
    taken.close();
    const words = ['watch', '-i', 'lo', '--metrics', String(metricsPort), `tcp port ${port}`];
    const watcher = spawn(process.execPath, [MAIN, ...words]);
    const heard = linesOf(watcher);
    await until(() => {
      void provoke(port);
      return heard.text.includes('\n');
    });
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `scrape_configs:\n- job_name: resetlab\n  scrape_interval: 200ms\n  static_configs:\n  - targets: ['127.0.0.1:${metricsPort}']\n`,
    );
    const web = `127.0.0.1:${metricsPort + 1}`;
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`];
    const prometheus = spawn('prometheus', [...flags, `--web.listen-address=${web}`], {
      stdio: 'ignore',
    });
    const query = encodeURIComponent(
      'sum by (network_tcp_reset_cause, cause) (system_network_tcp_resets_total)',
    );
    let answer = '';
    for (let tries = 0; tries < 100 && !answer.includes('"value"'); tries += 1) {
      await sleep(100);
      answer = await fetched(`http://${web}/api/v1/query?query=${query}`);
    }
    prometheus.kill();
    watcher.kill('SIGINT');
    await Promise.all([once(prometheus, 'close'), once(watcher, 'close')]);
    server.close();
    const { data } = JSON.parse(answer);
    expect(data.result[0].metric.network_tcp_reset_cause).toBe('application');
    expect(Number(data.result[0].value[1])).toBeGreaterThan(0);
  });
});
