import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { captureOf, dialogue } from '../../test/dialogue.ts';
import { refused, tinyCapture } from '../reading/tiny-capture.fixture.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'resetlab-fleet-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** The program is started many times, on a machine that may be busy. */
const SLOW = { timeout: 120_000 };

const run = (...words: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', RESETLAB_LANG: '' },
    maxBuffer: 1 << 28,
  });
  expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
  return { stdout, stderr, status };
};
const json = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const PCAP_HEADER = 24;
/** A segment of `tinyCapture` in the file. */
const RECORD = 56;

/** Cuts a capture into files before these frames (counted from 0). */
const cut = (name: string, capture: Buffer, ...before: readonly number[]): string[] => {
  const header = capture.subarray(0, PCAP_HEADER);
  const edges = [0, ...before].map((frame) => PCAP_HEADER + frame * RECORD);
  return edges.map((from, index) => {
    const file = `${name}-${index}.pcap`;
    writeFileSync(at(file), Buffer.concat([header, capture.subarray(from, edges[index + 1])]));
    return file;
  });
};

/** SYN, SYN,ACK, ACK, a request; and in another file, an hour of nothing later, the reset. */
const REQUEST_THEN_RESET = tinyCapture([
  { from: 'client', flags: 2, seq: 1000, ack: 0, window: 64_240 },
  { from: 'server', flags: 18, seq: 5000, ack: 1001, window: 64_240 },
  { from: 'client', flags: 16, seq: 1001, ack: 5001, window: 64_240 },
  { from: 'server', flags: 17, seq: 5001, ack: 1001, window: 64_240 },
  { from: 'client', flags: 16, seq: 1001, ack: 5002, window: 64_240 },
  { from: 'client', flags: 20, seq: 1001, ack: 5002, window: 64_240 },
]);

describe('submit', SLOW, () => {
  it('takes several files for one capture: what explain says of it, byte for byte', () => {
    writeFileSync(at('whole.pcap'), refused(400));
    cut('part', refused(400), 1, 333, 500);
    const whole = run('explain', '--json', 'whole.pcap');
    const fleet = run('submit', 'part-*.pcap', '--store', 'parts', '--json');
    expect(fleet).toEqual(whole);
    expect(json(fleet.stdout)).toHaveLength(401);
  });

  it('says the same of more resets than one investigation keeps waiting', () => {
    writeFileSync(at('crowd.pcap'), refused(6000));
    cut('crowd', refused(6000), 1001, 7000);
    const whole = json(run('explain', '--json', 'crowd.pcap').stdout);
    const fleet = run(
      'submit',
      'crowd-0.pcap',
      'crowd-1.pcap',
      'crowd-2.pcap',
      '--store',
      'crowd',
      '--json',
    );
    expect(json(fleet.stdout)).toEqual(whole);
    expect(whole.at(-1)).toMatchObject({ resets: 6000, connections: 6000 });
  });

  it('knows of each connection what happened to all others, in other files and parts', () => {
    const tries = Array.from({ length: 30 }, (_, index) => {
      const { c } = dialogue({ clientPort: 40_000 + index * 13, serverPort: 1000 + index });
      return [c(index, 'S', 0, 0), c(index + 1000, 'S', 0, 0)];
    });
    const refusal = dialogue({ clientPort: 50_000, serverPort: 999 });
    const first = [refusal.c(0, 'S', 0, 0), refusal.s(1, 'RA', -5000, 1, 0, { window: 0 })];
    const capture = captureOf([
      ...first,
      ...tries.map(([syn]) => syn!),
      ...tries.map(([, again]) => again!),
    ]);
    writeFileSync(at('scan.pcap'), capture);
    writeFileSync(at('scan-0.pcap'), captureOf([...first, ...tries.map(([syn]) => syn!)]));
    writeFileSync(at('scan-1.pcap'), captureOf(tries.map(([, again]) => again!)));
    const whole = run('explain', '--json', 'scan.pcap');
    expect(run('submit', 'scan-*.pcap', '--store', 'scan', '--json')).toEqual(whole);
    expect(whole.stdout).toContain('the client tried 31 endpoints without using any');
  });

  it('takes a connection that runs over two files for one', () => {
    const files = cut('spans', REQUEST_THEN_RESET, 4);
    const told = json(run('submit', ...files, '--store', 'spans', '--json').stdout);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatchObject({ frame: 6, connection: { id: 1, client: '10.0.0.1:40000' } });
    expect(told[1]).toMatchObject({ packets: 6, connections: 1, resets: 1 });
    const sql = 'select capture, capture_frame, frame from verdicts';
    expect(json(run('query', '--store', 'spans', '--json', sql).stdout)).toEqual([
      { capture: 'spans-1.pcap', capture_frame: 2, frame: 6 },
    ]);
  });

  it('counts a content once, under whatever name, in however many submissions', () => {
    writeFileSync(at('one.pcap'), refused(3));
    writeFileSync(at('same.pcap'), refused(3));
    const once = run('submit', 'one.pcap', '--store', 'twice', '--json');
    const tables = readdirSync(at('twice/tables'));
    expect(
      run('submit', 'one.pcap', 'one.pcap', 'same.pcap', '--store', 'twice', '--json'),
    ).toEqual(once);
    expect(readdirSync(at('twice/tables'))).toEqual(tables);
    expect(json(once.stdout).at(-1)).toMatchObject({ packets: 6, resets: 3 });
  });

  it('adds to what the store knows: a reset in a later submission belongs to its connection', () => {
    const [first, second] = cut('later', REQUEST_THEN_RESET, 4) as [string, string];
    const before = json(run('submit', first, '--store', 'later', '--json').stdout);
    expect(before.filter(({ type }) => type === 'reset')).toEqual([]);
    const after = run('submit', second, '--store', 'later', '--json');
    writeFileSync(at('later.pcap'), REQUEST_THEN_RESET);
    expect(after.stdout).toBe(run('explain', '--json', 'later.pcap').stdout);
  });

  it('goes on without a capture that is gone, and says so; one that has grown takes its own place', () => {
    writeFileSync(at('hour-1.pcap'), refused(2));
    writeFileSync(at('hour-2.pcap'), refused(3));
    run('submit', 'hour-1.pcap', 'hour-2.pcap', '--store', 'hours');
    writeFileSync(at('hour-2.pcap'), refused(5));
    const grown = run('submit', 'hour-2.pcap', '--store', 'hours', '--json');
    expect(grown).toMatchObject({ stderr: '', status: 0 });
    expect(json(grown.stdout).at(-1)).toMatchObject({ packets: 14, resets: 7 });
    rmSync(at('hour-1.pcap'));
    const without = run('submit', 'hour-2.pcap', '--store', 'hours', '--json');
    expect(without.stderr).toBe('resetlab: hour-1.pcap: is no longer there\n');
    expect(without.status).toBe(2);
    expect(json(without.stdout).at(-1)).toMatchObject({ packets: 10, resets: 5 });
  });

  it('reads compressed captures, and tells how far it is and what it found', () => {
    writeFileSync(at('packed.pcap.gz'), gzipSync(refused(5)));
    const { stdout, stderr, status } = run('submit', 'packed.pcap.gz', '--store', 'packed');
    expect(stdout).toMatch(/^1 captures, 10 packets, 5 connections, 5 resets/);
    expect(stdout).toMatch(/5 {2}closed-port/);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(run('submit', 'packed.pcap.gz', '--store', 'packed', '--lang', 'zh').stdout).toMatch(
      /^1 个抓包，10 个报文/,
    );
  });

  it('keeps nothing of the way there, and writes the same tables again', () => {
    writeFileSync(at('same-a.pcap'), refused(20));
    const bytesOf = (store: string): string[] => {
      run('submit', 'same-a.pcap', '--store', store);
      const [plan = ''] = readdirSync(at(`${store}/tables`));
      const tables = readdirSync(at(`${store}/tables/${plan}`)).toSorted();
      return tables.map((name) => readFileSync(at(`${store}/tables/${plan}/${name}`), 'hex'));
    };
    expect(bytesOf('same1')).toEqual(bytesOf('same2'));
    expect(readdirSync(at('same1/work'))).toEqual([]);
  });
});

describe('bad input', SLOW, () => {
  it('is a row and an exit code; the rest goes on', () => {
    writeFileSync(at('good.pcap'), refused(2));
    writeFileSync(at('photo.jpg'), Buffer.from('ffd8ffe000104a464946000101010048', 'hex'));
    writeFileSync(
      at('cut.pcap'),
      tinyCapture([{ from: 'client', flags: 2, seq: 1, ack: 0 }]).subarray(0, -3),
    );
    mkdirSync(at('folder'), { recursive: true });
    const names = ['good.pcap', 'photo.jpg', 'cut.pcap', 'folder', 'gone.pcap'];
    const { stdout, stderr, status } = run('submit', ...names, '--store', 'bad');
    expect(status).toBe(2);
    expect(stdout).toMatch(/^3 captures, 4 packets, .* 2 resets/);
    expect(stderr).toMatch(/^resetlab: folder: is no ordinary file$/m);
    expect(stderr).toMatch(/^resetlab: gone\.pcap: no such file$/m);
    expect(stderr).toMatch(/^resetlab: photo\.jpg: .*looks like/m);
    const sql = 'select capture, code from problems order by capture';
    expect(json(run('query', '--store', 'bad', '--json', sql).stdout)).toEqual([
      { capture: 'cut.pcap', code: 'cut-short' },
      { capture: 'folder', code: 'unreadable' },
      { capture: 'gone.pcap', code: 'unreadable' },
      { capture: 'photo.jpg', code: 'not-a-capture' },
    ]);
  });

  it('is a pattern that matches nothing, or an address from which nothing is read', () => {
    expect(run('submit', 'none-*.pcap', '--store', 'x')).toEqual({
      stdout: '',
      stderr: 'resetlab: none-*.pcap: no file matches\n',
      status: 2,
    });
    const { stderr, status } = run('submit', 'gs://bucket/a.pcap', '--store', 'x');
    expect(stderr).toMatch(
      /^resetlab: gs:\/\/bucket\/a\.pcap: captures are read as files, or from s3/,
    );
    expect(status).toBe(2);
  });

  it('is a store of another version, of none, or one that cannot be written', () => {
    writeFileSync(at('v.pcap'), refused(1));
    run('submit', 'v.pcap', '--store', 'old');
    const current = JSON.parse(readFileSync(at('old/current.json'), 'utf8'));
    writeFileSync(at('old/current.json'), JSON.stringify({ ...current, format: 99 }));
    const old = run('query', '--store', 'old', 'select 1');
    expect(old.stderr).toMatch(
      /^resetlab: .*old: its tables are of version 99, .*submit .* again\n$/,
    );
    expect(old.status).toBe(2);
    expect(run('query', '--store', 'nowhere', 'select 1').stderr).toMatch(/no tables there/);
    expect(run('submit', 'v.pcap', '--store', 'v.pcap').stderr).toMatch(
      /^resetlab: .*v\.pcap: part of the path is not a directory\n$/,
    );
  });

  it('is a file that may not be read', () => {
    if (process.getuid?.() === 0) {
      console.warn('skipped: root may read every file');
      return;
    }
    writeFileSync(at('secret.pcap'), refused(1));
    chmodSync(at('secret.pcap'), 0);
    expect(run('submit', 'secret.pcap', '--store', 'secret').stderr).toMatch(/permission denied/);
  });
});

describe('query', SLOW, () => {
  const NAME = `it's "a, b"; drop table verdicts;--\u001b[31m.pcap`;
  const asked = (...words: readonly string[]) => run('query', '--store', 'names', ...words);

  it('takes a name for a value, wherever it goes', () => {
    mkdirSync(at("quo'te"), { recursive: true });
    writeFileSync(at(NAME), refused(2));
    run('submit', NAME, '--store', 'names');
    const sql = 'select capture, count(*) as n from verdicts group by capture';
    expect(json(asked('--json', sql).stdout)).toEqual([{ capture: NAME, n: 2 }]);
    expect(asked('--csv', sql).stdout).toBe(`capture,n\r\n"${NAME.replaceAll('"', '""')}",2\r\n`);
    const { stdout } = asked(sql);
    expect(stdout, 'a table for eyes').not.toContain('\u001b');
    expect(stdout).toMatch(/^capture +n\n/);
    const { status } = run('submit', NAME, '--store', "quo'te");
    expect(status).toBe(0);
    expect(
      run('query', '--store', "quo'te", '--csv', 'select 7 as x from verdicts limit 1').stdout,
    ).toBe('x\r\n7\r\n');
  });

  it('has times that SQL can reckon with', () => {
    const sql =
      "select max(time) - min(time) as span, min(time) > '2026-01-01' as late from verdicts";
    expect(json(asked('--json', sql).stdout)).toEqual([{ span: '00:00:00.002', late: true }]);
  });

  it.each([
    ['reads other files', "select * from read_text('/etc/hostname')"],
    ['writes files', "copy verdicts to 'out.csv'"],
    ['writes into the store', 'create table x as select 1'],
    ['opens another database', "attach 'other.db'"],
    ['asks more than one thing', 'select 1; select 2'],
    ['loosens the bounds', 'set enable_external_access = true'],
  ])('refuses what %s', (_what, sql) => {
    const { stdout, stderr, status } = asked(sql);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(/^resetlab: /);
  });
});
