import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installed } from '../../test/tools.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'resetlab-watch-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly type: string;
  readonly packets: number;
  readonly kernel: Record<string, unknown> | null;
}

const rowsOf = (text: string): Row[] =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const run = (...words: readonly string[]) => runOnPath(process.env['PATH'], ...words);
const runOnPath = (path: string | undefined, ...words: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, 'watch', ...words], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: watching a device needs root');
const PROGRAMS = ['tcpdump', 'dumpcap'].filter((name) => isRoot && installed(name, '--version'));

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

const linesOf = (child: ChildProcess, stream: 'stdout' | 'stderr' = 'stdout'): { text: string } => {
  const heard = { text: '' };
  child[stream]?.setEncoding('utf8').on('data', (piece: string) => {
    heard.text += piece;
  });
  return heard;
};

const until = async (holds: () => boolean, complaint = { text: '' }): Promise<void> => {
  for (let waited = 0; waited < 45_000 && !holds(); waited += 50) await sleep(50);
  expect(holds(), complaint.text).toBe(true);
};

/** More than a capture has room for. */
const DATAGRAMS = 20_000;

const flood = async (port: number): Promise<void> => {
  const socket = createSocket('udp4');
  const datagram = Buffer.alloc(200);
  for (let sent = 0; sent < DATAGRAMS; sent += 500) {
    for (let one = 0; one < 500; one += 1) socket.send(datagram, port, '127.0.0.1');
    await sleep(1);
  }
  await new Promise<void>((resolve) => socket.close(resolve));
};

const ip = (...words: readonly string[]): string =>
  spawnSync('ip', words, { encoding: 'utf8' }).stdout;

const space = `resetlab-watch-${process.pid}`;
const inside = (...words: readonly string[]): string[] => ['netns', 'exec', space, ...words];

describe.runIf(PROGRAMS.includes('dumpcap'))('which program captures', () => {
  it('is dumpcap where tcpdump is not installed', () => {
    const which = spawnSync('which', ['dumpcap'], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(which, join(folder, 'dumpcap'));
    const { stderr } = runOnPath(folder, '-i', 'nowhere0');
    expect(stderr).toMatch(/^resetlab: dumpcap: /);
  });

  it.runIf(PROGRAMS.includes('tcpdump'))('is tcpdump where both are, unless told', () => {
    expect(run('-i', 'nowhere0').stderr).toMatch(/^resetlab: tcpdump: /);
    expect(run('-i', 'nowhere0', '--with', 'dumpcap').stderr).toMatch(/^resetlab: dumpcap: /);
  });
});

describe('where nothing captures', () => {
  it('says in one line what to install', () => {
    const none = mkdtempSync(join(folder, 'none-'));
    expect(runOnPath(none)).toMatchObject({
      stderr:
        'resetlab: neither tcpdump nor dumpcap is installed: apt-get install tcpdump, or apt-get install wireshark-common\n',
      stdout: '',
      status: 2,
    });
    expect(runOnPath(none, '--with', 'dumpcap').stderr).toBe(
      'resetlab: dumpcap is not installed: apt-get install wireshark-common\n',
    );
  });
});

describe.each(PROGRAMS)('a device, with %s', (program) => {
  it("tells a reset as it happens, with the kernel's own reason and the process", async () => {
    const { server, port } = await resetter();
    const words = ['watch', '-i', 'lo', '--with', program, `tcp port ${port}`];
    const child = spawn(process.execPath, [MAIN, ...words]);
    const heard = linesOf(child);
    // Until it listens, resets pass unseen.
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

  it('says what the program says about a device that is not there, or a filter', () => {
    const nowhere = run('-i', 'nowhere0', '--with', program);
    expect(nowhere.stderr).toMatch(new RegExp(`^resetlab: ${program}: .*nowhere0.*No such device`));
    expect(nowhere.stdout).toBe('');
    expect(nowhere.status).toBe(2);
    const { stderr, status } = run('-i', 'lo', '--with', program, 'tcp prot 80');
    expect(stderr).toMatch(new RegExp(`^resetlab: ${program}: .*filter.*\n$`));
    expect(status).toBe(2);
  });

  it('counts what the capture had no room for', async () => {
    const { server, port } = await resetter();
    const words = ['-i', 'lo', '--with', program, `tcp port ${port} or udp port ${port}`];
    const watcher = spawn(process.execPath, [MAIN, 'watch', ...words]);
    const heard = linesOf(watcher);
    await until(() => {
      void provoke(port);
      return heard.text.includes('\n');
    });
    const capture = Number(spawnSync('pgrep', ['-P', String(watcher.pid)]).stdout);
    process.kill(capture, 'SIGSTOP');
    await flood(port);
    process.kill(capture, 'SIGCONT');
    watcher.kill('SIGINT');
    await once(watcher, 'close');
    server.close();
    const told = rowsOf(heard.text).findLast(({ type }) => type === 'dropped');
    expect(told?.packets).toBeGreaterThan(DATAGRAMS / 10);
    expect(told?.packets).toBeLessThanOrEqual(2 * DATAGRAMS);
  });

  it('says that its device has gone away', async () => {
    const peer = `${space}-peer`;
    for (const name of [space, peer]) ip('netns', 'add', name);
    ip('-n', space, 'link', 'add', 'gone0', 'type', 'veth', 'peer', 'name', 'gone1', 'netns', peer);
    ip('-n', space, 'address', 'add', '10.9.9.1/24', 'dev', 'gone0');
    ip('-n', peer, 'address', 'add', '10.9.9.2/24', 'dev', 'gone1');
    ip('-n', space, 'link', 'set', 'gone0', 'up');
    ip('-n', peer, 'link', 'set', 'gone1', 'up');
    const words = ['watch', '-i', 'gone0', '--with', program, '--no-kernel'];
    const watcher = spawn('ip', inside(process.execPath, MAIN, ...words));
    const heard = linesOf(watcher);
    const complaint = linesOf(watcher, 'stderr');
    try {
      // Only who tells of a reset certainly listens.
      await until(() => {
        ip(...inside('bash', '-c', 'exec 3<>/dev/tcp/10.9.9.2/9'));
        return heard.text.includes('\n');
      });
      ip('-n', space, 'link', 'del', 'gone0');
      const [code] = await once(watcher, 'close');
      expect(code).toBe(2);
      expect(complaint.text).toMatch(
        new RegExp(`^resetlab: ${program}: .*(?:disappeared|no longer attached)`),
      );
    } finally {
      for (const name of [space, peer]) ip('netns', 'del', name);
    }
  });
});

/** Resets somebody every now and then. */
const RESETTING = `const net = require('net');
  const reset = (socket) => socket.once('data', () => socket.resetAndDestroy());
  const ask = () => net.connect(80, '127.0.0.1').on('error', () => {}).write('x');
  net.createServer(reset).listen(80, '127.0.0.1', () => setInterval(ask, 50));`;

const withPrometheus =
  PROGRAMS.length > 0 && installed('prometheus', '--version') && installed('curl', '--version');

describe.runIf(withPrometheus)('metrics', () => {
  const children: ChildProcess[] = [];
  const started = (program: string, ...words: readonly string[]): ChildProcess => {
    const child = spawn('ip', inside(program, ...words));
    children.push(child);
    return child;
  };

  // In a network of their own, where nobody else has their ports.
  beforeAll(() => {
    ip('netns', 'add', space);
    ip('-n', space, 'link', 'set', 'lo', 'up');
  });
  afterAll(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGINT');
      await once(child, 'close');
    }
    ip('netns', 'del', space);
  });

  it('is scraped by Prometheus', async () => {
    started(process.execPath, '-e', RESETTING);
    const words = ['watch', '-i', 'lo', '--metrics', '9464', 'tcp port 80'];
    const heard = linesOf(started(process.execPath, MAIN, ...words));
    await until(() => heard.text.includes('\n'));
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `scrape_configs:\n- job_name: resetlab\n  scrape_interval: 200ms\n  static_configs:\n  - targets: ['127.0.0.1:9464']\n`,
    );
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`];
    const complaint = linesOf(
      started('prometheus', ...flags, '--web.listen-address=127.0.0.1:9090'),
      'stderr',
    );
    const query = encodeURIComponent(
      'sum by (network_tcp_reset_cause, cause) (system_network_tcp_resets_total)',
    );
    const ask = [
      'curl',
      '-s',
      '--max-time',
      '5',
      `http://127.0.0.1:9090/api/v1/query?query=${query}`,
    ];
    let answer = '';
    await until(() => {
      answer = ip(...inside(...ask));
      return answer.includes('"value"');
    }, complaint);
    const { data } = JSON.parse(answer);
    expect(data.result[0].metric.network_tcp_reset_cause).toBe('application');
    expect(Number(data.result[0].value[1])).toBeGreaterThan(0);
  });
});
