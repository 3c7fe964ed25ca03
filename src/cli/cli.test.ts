import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, refusedAndMore, tinyCapture } from '../reading/tiny-capture.fixture.ts';

/** What is built is what people run; `npm test` builds first. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'resetlab-cli-'));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  writeFileSync(at('refused.pcap'), refused(1));
  writeFileSync(at('refused.pcap.gz'), gzipSync(refused(3)));
  writeFileSync(at('many.pcap'), refused(3000));
  writeFileSync(at('cut.pcap'), refused(2).subarray(0, -10));
  writeFileSync(at('quiet.pcap'), tinyCapture([]));
  writeFileSync(at('empty.pcap'), '');
  writeFileSync(at('photo.jpg'), Buffer.from('ffd8ffe000104a464946000101010048', 'hex'));
  mkdirSync(at('captures'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (words: readonly string[], input?: Uint8Array, environment: NodeJS.ProcessEnv = {}) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', RESETLAB_LANG: '', ...environment },
    ...(input === undefined ? {} : { input }),
    maxBuffer: 1 << 28,
  });
  expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
  return { stdout, stderr, status };
};

const rows = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('explain', () => {
  it('tells a reset to people, without colour in a pipe', () => {
    const { stdout, stderr, status } = run(['explain', 'refused.pcap']);
    expect(stdout).toContain('refused.pcap: 2 packets, 1 connection, 1 reset in 1 of them');
    expect(stdout).toContain('10.0.0.2:80');
    expect(stdout).not.toContain('\u001b');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it('colours when it is told to, and not under NO_COLOR', () => {
    const escape = '\u001b[';
    expect(run(['explain', 'refused.pcap', '--color']).stdout).toContain(escape);
    expect(run(['explain', 'refused.pcap'], undefined, { FORCE_COLOR: '1' }).stdout).toContain(
      escape,
    );
    const both = { FORCE_COLOR: '1', NO_COLOR: '1' };
    expect(run(['explain', 'refused.pcap'], undefined, both).stdout).not.toContain(escape);
  });

  it('gives one JSON object a line, a summary last', () => {
    const [reset, summary] = rows(run(['explain', 'refused.pcap', '--json']).stdout);
    expect(reset).toMatchObject({
      type: 'reset',
      frame: 2,
      time: '2026-01-02T03:04:05.001000Z',
      sender: '10.0.0.2:80',
      receiver: '10.0.0.1:20000',
      shape: 'reply-to-syn',
    });
    expect(summary).toMatchObject({ type: 'summary', packets: 2, resets: 1, problems: [] });
  });

  it('reads gzip, and standard input', () => {
    const fromFile = rows(run(['explain', 'refused.pcap.gz', '--json']).stdout);
    expect(fromFile.at(-1)).toMatchObject({ packets: 6, resets: 3 });
    const piped = rows(run(['explain', '-', '--json'], gzipSync(refused(2))).stdout);
    expect(piped.at(-1)).toMatchObject({ packets: 4, resets: 2 });
  });

  it('gives the same verdicts whether a capture can be read twice or only once', () => {
    const twice = run(['explain', 'many.pcap', '--json']).stdout;
    expect(run(['explain', '-', '--json'], refused(3000)).stdout).toBe(twice);
  });

  it('names the file in each row when there are several', () => {
    const all = rows(run(['explain', 'refused.pcap', 'refused.pcap.gz', '--json']).stdout);
    expect(all.map((row) => row.file)).toEqual([
      'refused.pcap',
      'refused.pcap',
      ...Array.from({ length: 4 }, () => 'refused.pcap.gz'),
    ]);
  });

  it('draws a connection, or says which ones there are', () => {
    const { stdout, status } = run(['explain', 'refused.pcap', '--connection', '1']);
    expect(stdout).toMatch(/│◀━+ \[RST, ACK\] Seq=\d Ack=1 Win=0 ━+│/);
    expect(status).toBe(0);
    const none = run(['explain', 'refused.pcap', '--connection', '2']);
    expect(none.stderr).toContain('refused.pcap: no connection 2');
    expect(none.stderr).toContain('verdict: 1');
    expect(none).toMatchObject({ stdout: '', status: 2 });
  });

  it('speaks Chinese when asked by option or environment', () => {
    expect(run(['explain', 'refused.pcap', '--lang', 'zh']).stdout).toContain('证据');
    const environment = { RESETLAB_LANG: 'zh' };
    expect(run(['explain', 'refused.pcap'], undefined, environment).stdout).toContain('证据');
  });

  it('says that nothing was reset', () => {
    const { stdout, status } = run(['explain', 'quiet.pcap']);
    expect(stdout).toContain('no packets');
    expect(status).toBe(0);
  });

  it('explains an error text', () => {
    const { stdout, status } = run(['explain', 'Error: read ECONNRESET']);
    expect(stdout).toContain('ECONNRESET');
    expect(status).toBe(0);
  });
});

describe('wrong input', () => {
  const wrong = (...words: string[]) => {
    const { stdout, stderr, status } = run(['explain', ...words]);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    return stderr;
  };

  it('is named, with exit code 2', () => {
    expect(wrong('nosuch.pcap')).toBe('resetlab: nosuch.pcap: no such file\n');
    expect(wrong('captures/monday')).toBe('resetlab: captures/monday: no such file\n');
    expect(wrong('refused.pcap', 'tuesday')).toBe('resetlab: tuesday: no such file\n');
    expect(wrong('captures')).toContain('captures: is a directory');
    expect(wrong('empty.pcap')).toBe('resetlab: empty.pcap: the file is empty\n');
    expect(wrong('photo.jpg')).toMatch(/^resetlab: photo\.jpg: neither pcap nor pcapng.*JPEG/);
  });

  it('does not take back what was found before it', () => {
    const { stdout, stderr, status } = run(['explain', 'cut.pcap', '--json']);
    expect(rows(stdout).at(-1)).toMatchObject({
      packets: 3,
      problems: [{ code: 'cut-short', offset: 24 + 3 * 56, fatal: true }],
    });
    expect(stderr).toContain('resetlab: cut.pcap: frame 3, byte 192: ');
    expect(status).toBe(2);
  });

  it('is damage even where reading could go on after it', () => {
    const capture = refused(500);
    capture.fill(0xff, 24 + 100 * 56, 24 + 101 * 56);
    writeFileSync(at('scratched.pcap'), capture);
    const { stdout, status } = run(['explain', 'scratched.pcap', '--json']);
    const [problem] = rows(stdout).at(-1).problems;
    expect(problem).toMatchObject({ offset: 24 + 100 * 56, fatal: false });
    expect(rows(stdout).at(-1).resets).toBeGreaterThan(400);
    expect(status).toBe(2);
  });

  it('is not what merely nobody here reads: an unknown link type is told, and no error', () => {
    const capture = refused(1);
    capture.writeUInt32LE(147, 20);
    writeFileSync(at('usb.pcap'), capture);
    const { stderr, status } = run(['explain', 'usb.pcap']);
    expect(stderr).toContain('link type 147');
    expect(status).toBe(0);
  });

  it('does not keep the other captures from being read', () => {
    const { stdout, status } = run(['explain', 'nosuch', 'x', 'refused.pcap']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    const second = run(['explain', 'empty.pcap', 'refused.pcap', '--json']);
    expect(rows(second.stdout).at(-1)).toMatchObject({ file: 'refused.pcap', resets: 1 });
    expect(second.status).toBe(2);
  });

  it('is told for wrong calls too, with what was meant', () => {
    expect(run(['explian', 'a'])).toMatchObject({ status: 2, stdout: '' });
    expect(run(['explian', 'a']).stderr).toContain('Did you mean explain?');
    expect(run(['refused.pcap']).stderr).toContain('resetlab explain refused.pcap');
    expect(run(['explain', 'refused.pcap', '--json', '--markdown']).status).toBe(2);
    expect(run(['explain', 'refused.pcap', '--connection', '0']).status).toBe(2);
    expect(run(['explain', 'refused.pcap', '--lang', 'fr']).status).toBe(2);
    expect(run(['cause', 'linger-zro'])).toMatchObject({
      status: 2,
      stderr: 'resetlab: no cause is called "linger-zro"; did you mean linger-zero?\n',
    });
  });
});

describe('cause', () => {
  it('lists the catalogue', () => {
    expect(run(['cause']).stdout).toMatch(/^linger-zero {3,}\S/m);
  });

  it('gives a page as it was written when piped', () => {
    const { stdout, status } = run(['cause', 'linger-zero']);
    expect(stdout).toMatch(/^# /);
    expect(status).toBe(0);
    expect(run(['cause', 'linger-zero', '--lang', 'zh']).stdout).not.toBe(stdout);
  });
});

describe('check', () => {
  it('exits 1 on what nobody allowed, 0 when all is', () => {
    const found = run(['check', 'refused.pcap']);
    expect(found.stdout).toMatch(/^refused\.pcap:2: [a-z-]+ \([a-z]+\): 10\.0\.0\.2:80 /);
    expect(found.status).toBe(1);
    const { stdout } = run(['explain', 'refused.pcap', '--json']);
    const allowed = run(['check', 'refused.pcap', '--allow', rows(stdout)[0].cause]);
    expect(allowed.stdout).toBe('refused.pcap: nothing unexpected (1 allowed or harmless)\n');
    expect(allowed.status).toBe(0);
  });

  it('never passes what it could not read', () => {
    expect(run(['check', 'cut.pcap']).status).toBe(2);
    expect(run(['check', 'nosuch.pcap']).status).toBe(2);
    expect(run(['check', 'quiet.pcap']).status).toBe(0);
  });

  it('refuses to allow what is no cause', () => {
    const { stderr, status } = run(['check', 'refused.pcap', '--allow', 'closed-port,lost']);
    expect(stderr).toContain('no cause is called "lost"');
    expect(status).toBe(2);
  });

  it('writes annotations and JUnit', () => {
    const github = run(['check', 'refused.pcap', '--format', 'github']).stdout;
    expect(github).toMatch(/^::error file=refused\.pcap,title=/);
    const junit = run(['check', 'refused.pcap', '--format', 'junit']).stdout;
    expect(junit).toContain('<testsuite name="refused.pcap" tests="1" failures="1" errors="0">');
  });
});

describe('a pipeline', () => {
  it('waits for a slow reader without a word about it, and says everything', () => {
    const output = join(fileURLToPath(new URL('.', import.meta.url)), '../../dist/cli/output.js');
    // As rows do that leave while a large capture is read: nobody waits between one and the next.
    const script = `
      import { Output } from '${output}';
      const output = new Output();
      for (let row = 0; row < 40; row += 1) void output.write('x'.repeat(200_000));
      await output.flush();`;
    const command = `"${process.execPath}" --input-type=module -e "${script}" | (sleep 1; wc -c)`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect({ bytes: Number(stdout), stderr }).toEqual({ bytes: 8_000_000, stderr: '' });
  });

  it('ends quietly when its reader has seen enough', async () => {
    const command = `"${process.execPath}" "${MAIN}" explain many.pcap --json; echo "exit $?" >&2`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `(${command}) | head -1`], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toContain('"type":"reset"');
    expect(stderr).toBe('exit 0\n');
  });

  it('says what it has when it is interrupted, and exits 130', async () => {
    const child = spawn(process.execPath, [MAIN, 'explain', '-', '--json'], { cwd: folder });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    // It need not read to the end.
    child.stdin.on('error', () => {});
    await new Promise((resolve) => child.stdin.write(refusedAndMore(2), resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const all = rows(stdout);
    expect(all.filter((row) => row.type === 'reset')).toHaveLength(2);
    expect(all.at(-1).notes.join()).toContain('Interrupted');
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

it('prints its version and its help', () => {
  expect(run(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(run(['--help']).stdout).toContain('resetlab explain capture.pcapng');
  expect(run(['explain', '--help']).stdout).toContain('tcpdump');
  expect(run([])).toMatchObject({ status: 2, stdout: '' });
});
