import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../causes/scenarios.ts';

/** What is built is what people run; `npm test` builds first. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'resetlab-lab-'));
afterAll(() => rmSync(folder, { recursive: true }));

const lab = (...words: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'lab', ...words], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', RESETLAB_LANG: '' },
  });
  expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
  return { stdout, stderr, status };
};

describe('lab list', () => {
  it('tells every scenario and every variant', () => {
    const { stdout, status } = lab('list');
    expect(status).toBe(0);
    for (const { id, variants } of SCENARIOS) {
      expect(stdout).toContain(`${id}  `);
      for (const { what } of variants) expect(stdout).toContain(what.en);
    }
  });

  it('tells them in Chinese', () => {
    const { stdout } = lab('list', '--lang', 'zh');
    for (const { title, variants } of SCENARIOS) {
      for (const { zh } of [title, ...variants.map(({ what }) => what)]) {
        expect(zh).toMatch(/\p{Script=Han}/u);
        expect(stdout).toContain(zh);
      }
    }
  });

  it('says which variants one stage alone can play', () => {
    const { stdout } = lab('list');
    expect(stdout).toMatch(/fast-close .*\(--on linux only\)/);
    expect(stdout).toMatch(/read-shutdown.*\n(?: .*\n)* {2}reset .*--on sim only/);
  });

  it('has Chinese titles', () => {
    expect(lab('list', '--lang', 'zh').stdout).toContain('连接一个没有人监听的端口');
  });
});

describe('lab run', () => {
  it('shows the wire, the applications, the engine and the detective', () => {
    const { stdout, stderr, status } = lab('run', 'closed-port');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('[RST, ACK]');
    expect(stdout).toContain('ECONNREFUSED');
    expect(stdout).toMatch(/closed-port +closed-port, (?:certain|likely)/);
    expect(stdout).toContain('RFC 9293 §3.10.7.1');
  });

  it('writes a capture that explain reads, and the same one each time', () => {
    lab('run', 'linger-zero', '--pcap', 'one.pcapng', '--at', 'server', '--seed', '5');
    lab('run', 'linger-zero', '--pcap', 'two.pcapng', '--at', 'server', '--seed', '5');
    const [one, two] = ['one', 'two'].map((name) => readFileSync(join(folder, `${name}.pcapng`)));
    expect(one).toEqual(two);
    const { stdout } = spawnSync(process.execPath, [MAIN, 'explain', 'one.pcapng', '--json'], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(JSON.parse(stdout.split('\n')[0] ?? '').sender).toBe('10.0.0.2:8080');
  });

  it('tells a program everything as JSON', () => {
    const { stdout } = lab('run', 'firewall-reject', '--variant', 'mid', '--json', '--ipv6');
    const row = JSON.parse(stdout);
    expect(row).toMatchObject({
      type: 'run',
      scenario: 'firewall-reject',
      variant: 'mid',
      family: 6,
    });
    expect(row.findings[0].cause).toBe('firewall-reject');
    expect(row.events[0].who).toBe('firewall');
  });

  it('sets sysctls', () => {
    const cause = (...words: string[]) =>
      JSON.parse(lab('run', 'read-shutdown', '--variant', 'linux', '--json', ...words).stdout)
        .findings[0]?.cause;
    expect(cause()).toBeUndefined();
    expect(cause('--set', 'resetlab.read_shutdown=reset')).toBe('read-shutdown');
  });

  it('plays a variant as it must be played, whatever is usual', () => {
    const { stdout } = lab('run', 'time-wait-collision', '--variant', 'lower', '--json');
    const row = JSON.parse(stdout);
    expect(row.timestamps).toBe(false);
    expect(row.findings[0].cause).toBe('time-wait-collision');
  });

  it.each([
    [['run', 'mptcp'], 'mptcp, refused: our engine cannot play it; --on linux can, as root'],
    [
      ['run', 'orphan-limit', '--on', 'linux', '--set', 'net.ipv4.tcp_mem=1 1 1'],
      'net.ipv4.tcp_mem is of the whole machine, not of a host',
    ],
    [['run', 'paws', '--no-timestamps'], 'syn-ack needs them'],
    [['run', 'conntrack-invalid', '--ipv6'], 'IPv4 only'],
    [['run', 'linger-zer'], 'no scenario is called "linger-zer"; did you mean linger-zero'],
    [['run', 'linger-zero', '--variant', 'by-sever'], 'did you mean by-server'],
    [
      ['run', 'linger-zero', '--set', 'net.ipv4.tcp_rfc133=1'],
      'did you mean net.ipv4.tcp_rfc1337?',
    ],
    [['run', 'linger-zero', '--set', 'net.ipv4.tcp_rfc1337=256'], 'must be'],
    [['run', 'linger-zero', '--set', 'tcp_rfc1337'], 'it must be NAME=VALUE'],
    [['run', 'linger-zero', '--pcap', 'no/such/folder.pcapng'], 'no/such/folder.pcapng'],
  ])('says what is wrong with %j', (words, complaint) => {
    const { stderr, status } = lab(...words);
    expect(stderr).toContain(complaint);
    expect(status).toBe(2);
  });
});

describe('lab compare', () => {
  it('puts FIN and RST side by side', () => {
    const { stdout, status } = lab('compare');
    expect(status).toBe(0);
    expect(stdout).toMatch(/With FIN +With RST/);
  });
});
