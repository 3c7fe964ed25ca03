import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { JsonRows } from '../src/report/json.ts';
import { EXAMPLES, readOnce, readTwice, type Reading } from './captures.ts';
import { damage, type Damaged } from './damage.ts';
import { bytes, pcap, pcapng, segment } from './packets.ts';
import { randomFrom, seedOfRun } from './spoil.ts';
import { ROOT } from './tree.ts';

/** What no capture may do to whoever reads it, however broken it is. */

const seed = seedOfRun();
const CASES = Number(process.env['RUNS'] ?? 20_000);
/** Of the processor, however busy with others it is: ten thousand times what the largest of these captures takes. */
const PATIENCE_MS = 5000;
const processorMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

/** Small ones of every kind: the largest would only take longer. */
const SMALL = EXAMPLES.filter((example) => example.bytes.length < 12_000);

/** One damaged capture by number, to be made again alone. */
const caseOf = (number: number): Damaged => {
  const random = randomFrom(seed + number);
  const pick = (): Uint8Array => SMALL[Math.floor(random() * SMALL.length)]!.bytes;
  return damage(pick(), pick(), random);
};

/** All that can be said against a reading, whatever the capture was. */
const complaintsAbout = (
  { verdicts, problems, counts }: Reading,
  { bytes: { length } }: Damaged,
): string[] => {
  const complaints: string[] = [];
  const demand = (isTrue: boolean, what: string): void => {
    if (!isTrue) complaints.push(what);
  };
  for (const problem of problems) {
    const { frame, offset, message } = problem;
    const place = JSON.stringify(problem);
    demand(Number.isInteger(frame) && frame >= 0 && frame <= counts.packets, `frame: ${place}`);
    demand(Number.isInteger(offset) && offset >= 0 && offset <= length, `offset: ${place}`);
    demand(message.length > 5 && !/undefined|NaN/.test(message), `message: ${place}`);
  }
  demand(problems.filter(({ fatal }) => fatal).length <= 1, 'more than one fatal problem');
  demand(
    problems.slice(0, -1).every(({ fatal }) => !fatal),
    'problems after the fatal one',
  );
  demand(counts.packets * 16 <= length, `${counts.packets} packets in ${length} bytes`);
  for (const verdict of verdicts) {
    const { frame, bytesLost, connection, evidence } = verdict;
    const row = new JsonRows('en').row(verdict);
    const isFrame = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= counts.packets;
    demand(isFrame(frame) && frame > 0 && isFrame(connection.id), `frame of ${row}`);
    demand(
      evidence.every((seen) => isFrame(seen.frame)),
      `evidence of ${row}`,
    );
    demand(bytesLost.min >= 0 && bytesLost.max >= bytesLost.min, `bytes lost of ${row}`);
    demand(!/NaN|undefined|Infinity/.test(row), row);
    JSON.parse(row);
  }
  return complaints;
};

describe('captures damaged at random', () => {
  it(
    'are read without exception or delay, and every problem has its place',
    { timeout: 300_000 },
    () => {
      const complaints: string[] = [];
      const seen = { problems: 0, verdicts: 0, slowestMs: 0 };
      for (let number = 0; number < CASES; number++) {
        const damaged = caseOf(number);
        const again = `case ${number} (${damaged.how}); SEED=${seed + number} RUNS=1 npx vitest run test/damaged.test.ts`;
        const began = process.cpuUsage();
        try {
          const reading = readTwice(damaged.bytes);
          complaints.push(...complaintsAbout(reading, damaged).map((what) => `${again}: ${what}`));
          seen.problems += reading.problems.length;
          seen.verdicts += reading.verdicts.length;
        } catch (error) {
          complaints.push(`${again}: ${(error as Error).stack}`);
        }
        seen.slowestMs = Math.max(seen.slowestMs, processorMs(began));
      }
      console.log(`${CASES} damaged captures, seed ${seed}: ${JSON.stringify(seen)}`);
      expect(complaints.slice(0, 5)).toEqual([]);
      expect(seen.slowestMs).toBeLessThan(PATIENCE_MS);
      if (CASES > 1000) expect(Math.min(seen.problems, seen.verdicts)).toBeGreaterThan(CASES / 4);
    },
  );

  it('say the same in whatever pieces they come', { timeout: 120_000 }, () => {
    for (let number = 0; number < CASES / 10; number++) {
      const damaged = caseOf(number);
      const whole = readOnce(damaged.bytes, damaged.bytes.length);
      const piece = 1 + Math.floor(randomFrom(seed + number)() * 300);
      expect(
        readOnce(damaged.bytes, piece),
        `case ${number}, pieces of ${piece}, seed ${seed}`,
      ).toEqual(whole);
    }
  });
});

describe('the command line on captures that lie', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-damaged-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const explain = (name: string, content: Uint8Array) => {
    writeFileSync(join(folder, name), content);
    const main = join(ROOT, 'dist/cli/main.js');
    const { stdout, stderr, status, signal } = spawnSync(
      process.execPath,
      // A capture that makes us ask for more memory than this is a blow-up.
      ['--max-old-space-size=128', main, 'explain', name, '--json'],
      { cwd: folder, encoding: 'utf8', timeout: 60_000 },
    );
    expect({ signal, trace: /\n {4}at /.test(stderr) }).toEqual({ signal: null, trace: false });
    const rows = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    return { rows, stderr, status };
  };

  const refusal = [
    segment({ flags: 'S', seq: 1000, ack: 0 }),
    segment({
      source: '10.0.0.2',
      target: '10.0.0.1',
      sourcePort: 80,
      targetPort: 4e4,
      flags: 'RA',
      seq: 0,
      ack: 1001,
      window: 0,
    }),
  ].map((data) => ({ data }));
  /** LINKTYPE_RAW. */
  const RAW = 101;
  const good = pcap(refusal, { linkType: RAW });
  const { section, interface: described, packet, u32 } = pcapng();
  const goodBlocks = bytes(section(), described(RAW), ...refusal.map((frame) => packet(frame)));

  /** A record's time, captured and original length. */
  const record = (captured: number, original: number) =>
    bytes(u32(1_700_000_001), u32(0), u32(captured), u32(original));
  const block = (length: number) => bytes(u32(6), u32(length), new Uint8Array(24));

  it.each([
    ['a record of 2 GB in 16 bytes', good, record(0x7fff_ffff, 0x7fff_ffff)],
    ['a record of 4 GB', good, record(0xffff_ffff, 0xffff_ffff)],
    ['a record longer than its packet', good, bytes(record(40, 20), new Uint8Array(40))],
    ['a record whose end is missing', good, bytes(record(60, 60), new Uint8Array(59))],
    ['a block of length 0', goodBlocks, block(0)],
    ['a block of 4 GB', goodBlocks, block(0xffff_fffc)],
    ['a block of 2 GB', goodBlocks, block(0x7fff_fffc)],
    ['a block whose length is no multiple of 4', goodBlocks, block(30)],
  ])('%s: tells the place, and what was found before it', (name, before, lie) => {
    const file = `${name.replaceAll(/\W+/g, '-')}.pcap`;
    const { rows, stderr, status } = explain(file, bytes(before, lie));
    expect(stderr).toMatch(new RegExp(`^resetlab: ${file}: frame 2, byte ${before.length}: \\S`));
    expect(rows.map(({ type, frame }) => [type, frame])).toEqual([
      ['reset', 2],
      ['summary', undefined],
    ]);
    expect(rows[1].problems[0]).toMatchObject({ frame: 2, offset: before.length, fatal: true });
    expect(status).toBe(2);
  });

  it('goes on behind a lie, where whole records follow', () => {
    const again = pcap(Array.from({ length: 40 }, () => refusal).flat(), { linkType: RAW });
    const capture = bytes(good, record(0x7fff_ffff, 100), again.subarray(24));
    const { rows, status } = explain('hole.pcap', capture);
    expect(rows.at(-1)).toMatchObject({
      packets: 82,
      problems: [{ offset: good.length, fatal: false }],
    });
    expect(status).toBe(2);
  });

  it('does not mind a snap length that its packets pass, as no other tool does', () => {
    const { rows, stderr, status } = explain(
      'snap.pcap',
      pcap(refusal, { linkType: RAW, snapLength: 10 }),
    );
    expect(rows.map(({ type }) => type)).toEqual(['reset', 'summary']);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it('names what is no capture at all', () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1);
    expect(explain('empty.pcap', new Uint8Array(0))).toEqual({
      rows: [expect.objectContaining({ packets: 0 })],
      status: 2,
      stderr: 'resetlab: empty.pcap: the file is empty\n',
    });
    const { stderr, status } = explain('photo.pcap', jpeg);
    expect(stderr).toMatch(/^resetlab: photo\.pcap: .*JPEG/);
    expect(status).toBe(2);
    mkdirSync(join(folder, 'folder.pcap'));
    const main = join(ROOT, 'dist/cli/main.js');
    const refused = spawnSync(process.execPath, [main, 'explain', 'folder.pcap'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(refused).toMatchObject({ stdout: '', status: 2 });
    expect(refused.stderr).toContain('folder.pcap: is a directory');
  });
});
