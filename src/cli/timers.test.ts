import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const timers = (...words: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'timers', ...words], {
    encoding: 'utf8',
    cwd: ROOT,
    env: { ...process.env, RESETLAB_LANG: '' },
  });
  expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
  return { stdout, stderr, status };
};

describe('timers', () => {
  it('says of a chain which timer is too short, and what to set', () => {
    const { stdout, status } = timers('alb=60', 'node=5');
    expect(stdout).toContain('AWS ALB 60 s → Node http.Server 5 s');
    expect(stdout).toMatch(/Node http\.Server closes before AWS ALB lets go +race/);
    expect(stdout).toContain('server.keepAliveTimeout = 65000; server.headersTimeout = 66000');
    expect(status).toBe(0);
  });

  it('knows defaults, both sides of a proxy, and units', () => {
    const rows = timers('client=90s', 'nginx=2m/60', 'gunicorn', '--json')
      .stdout.trim()
      .split('\n');
    expect(rows.map((row) => JSON.parse(row))).toMatchObject([
      { left: 'client', keepsFor: 90, right: 'nginx', closesAfter: 120, outcome: 'fine' },
      { left: 'nginx', keepsFor: 60, right: 'gunicorn', closesAfter: 2, outcome: 'race' },
    ]);
  });

  it('reads them off a capture', () => {
    const { stdout, status } = timers('examples/keepalive-race-nginx.pcapng', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'idle-timers',
      server: '10.99.0.200:8080',
      tooLate: 1,
      outcome: 'race',
    });
    expect(status).toBe(0);
    const zh = timers('examples/keepalive-race-nginx.pcapng', '--lang', 'zh').stdout;
    expect(zh).toContain('10.99.0.200:8080');
    expect(zh).toContain('竞争');
  });

  it.each([
    [['ngnix', 'node'], 'perhaps nginx'],
    [['alb=soon', 'node'], '"soon" is no time'],
    [['node'], 'at least two ends'],
    [[], 'name a capture, or a chain'],
    [['./none.pcap'], './none.pcap: no such file'],
    [['constructor', 'node'], 'no timers are known of "constructor"'],
  ])('%j: one line, exit code 2', (words, message) => {
    const { stdout, stderr, status } = timers(...words);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
  });
});
