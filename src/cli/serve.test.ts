import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../test/tree.ts';
import { isLoopback, workbenchServer, type Guard } from './serve-http.ts';

const MAIN = join(ROOT, 'dist/cli/main.js');
const FILES = {
  '/index.html': { type: 'text/html; charset=utf-8', bytes: Buffer.from('<p>page</p>') },
  '/workbench.js': { type: 'text/javascript; charset=utf-8', bytes: Buffer.from('void 0') },
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const asks = (
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => (body += text));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });

describe('the server of the workbench', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  const served = (guard: Partial<Guard> = {}): Promise<number> =>
    new Promise((resolve) => {
      const server = workbenchServer(FILES, { host: '127.0.0.1', token: undefined, ...guard });
      closing.push(() => server.close());
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });

  it('gives its files and nothing else', async () => {
    const port = await served();
    const page = await asks(port, '/?x=1');
    expect([page.status, page.body, page.headers['content-type']]).toEqual([
      200,
      '<p>page</p>',
      'text/html; charset=utf-8',
    ]);
    expect((await asks(port, '/workbench.js')).status).toBe(200);
    for (const path of [
      '/../package.json',
      '/..%2fpackage.json',
      '//index.html',
      '/index.html/',
      '/__proto__',
      '/toString',
      '/nothing',
    ])
      expect((await asks(port, path)).status, path).toBe(404);
  });

  it('is asked by GET and HEAD alone', async () => {
    const port = await served();
    const head = await asks(port, '/', {}, 'HEAD');
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '11']);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
      expect((await asks(port, '/', {}, method)).status, method).toBe(405);
  });

  it('forbids foreign content, and to reach anything', async () => {
    const { headers } = await asks(await served(), '/');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    // What default-src forbids and nothing permits: fetch, sockets, beacons.
    expect(policy.some((part) => part.startsWith('connect-src'))).toBe(false);
    expect(policy.join(' ')).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers to this machine’s names only, whoever points theirs at it', async () => {
    const port = await served();
    for (const host of ['localhost', `127.0.0.1:${port}`, '[::1]:80', 'LOCALHOST:1'])
      expect((await asks(port, '/', { host })).status, host).toBe(200);
    for (const host of ['evil.test', '127.0.0.1.evil.test', '192.0.2.1', 'localhost@evil.test'])
      expect((await asks(port, '/', { host })).status, host).toBe(421);
    const open = await served({ host: '0.0.0.0', token: 'abcdefgh' });
    expect((await asks(open, '/', { host: 'evil.test' })).status).toBe(421);
    expect((await asks(open, '/', { host: '192.0.2.1:80' })).status).toBe(401);
  });

  it('wants its token, takes it once, and remembers it in a cookie that no script sees', async () => {
    const port = await served({ token: 'right-token' });
    expect((await asks(port, '/')).status).toBe(401);
    expect((await asks(port, '/workbench.js')).status).toBe(401);
    expect((await asks(port, '/?token=wrong-token')).status).toBe(401);
    const taken = await asks(port, '/?token=right-token');
    expect([taken.status, taken.headers.location]).toEqual([303, '/']);
    const [cookie = ''] = taken.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    const own = cookie.split(';')[0] ?? '';
    expect((await asks(port, '/', { cookie: `other=1; ${own}` })).status).toBe(200);
    for (const wrong of ['resetlab-token=', 'resetlab-token=%E0%A4%A', `x${own}`])
      expect((await asks(port, '/', { cookie: wrong })).status, wrong).toBe(401);
  });

  it('knows loopback from what only looks like it', () => {
    expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isLoopback)).toBe(true);
    const others = ['0.0.0.0', '::', '127.0.0.1.evil.test', '10.0.0.1', 'localhost.evil.test'];
    expect(others.some(isLoopback)).toBe(false);
  });
});

describe.skipIf(!existsSync(MAIN))('resetlab serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-serve-'));
  const running: ChildProcess[] = [];
  afterAll(() => {
    for (const child of running) child.kill();
    rmSync(folder, { recursive: true });
  });

  const started = (...words: readonly string[]): Promise<{ child: ChildProcess; said: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [MAIN, 'serve', ...words]);
      running.push(child);
      let said = '';
      child.stdout.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('Ctrl-C')) resolve({ child, said });
      });
      child.once('error', reject);
    });

  it('prints its address, serves the page, and ends with Ctrl-C', async () => {
    const { child, said } = await started('--port', '0');
    const port = Number(/^http:\/\/127\.0\.0\.1:(\d+)\/\n/.exec(said)?.[1]);
    const page = await asks(port, '/');
    expect(page.body).toContain('workbench.js');
    expect((await asks(port, '/analysis.js')).status).toBe(200);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });

  it('makes a token for anything but this machine', async () => {
    const { said } = await started('--port', '0', '--host', '0.0.0.0');
    const [, port, token = ''] = /^http:\/\/0\.0\.0\.0:(\d+)\/\?token=([\w-]+)\n/.exec(said) ?? [];
    // 128 bits in base64.
    expect(token).toHaveLength(22);
    expect((await asks(Number(port), '/')).status).toBe(401);
    expect((await asks(Number(port), `/?token=${token}`)).status).toBe(303);
  });

  const says = (...words: readonly string[]) =>
    spawnSync(process.execPath, [MAIN, 'serve', ...words], { encoding: 'utf8', timeout: 60_000 });

  it('says what is wrong with the call in one line', async () => {
    const { said } = await started('--port', '0');
    const port = /:(\d+)\//.exec(said)?.[1] ?? '';
    const taken = says('--port', port);
    expect([taken.status, taken.stderr.split('\n').length]).toEqual([2, 2]);
    expect(taken.stderr).toMatch(/^resetlab: 127\.0\.0\.1:\d+: somebody listens there already/);
    expect(says('--port', '70000').status).toBe(2);
    expect(says('--token', 'short').status).toBe(2);
    expect(says('--host', '192.0.2.1', '--port', '0').stderr).toMatch(/no such address/);
  });

  it('writes the same page as files', () => {
    const target = join(folder, 'new', 'public');
    const { status, stdout } = says('--static', target);
    expect([status, stdout]).toEqual([
      0,
      `${target}: the workbench, for any web server to serve\n`,
    ]);
    expect(readdirSync(target).toSorted()).toEqual([
      'analysis.js',
      'index.html',
      'workbench-style.css',
      'workbench.js',
    ]);
    const page = readFileSync(join(target, 'index.html'), 'utf8');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(says('--static', join(target, 'index.html')).status).toBe(2);
  });
});
