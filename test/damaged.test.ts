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
const CASES = Number(process.env['RUNS'] ?? 6000);
/** Ten thousand times what the largest of these captures takes. */
const PATIENCE_MS = 5000;

/** Small ones of every kind: the largest would only take longer. */
const SMALL = EXAMPLES.filter((example) => example.bytes.length < 12_000);

/** One damaged capture by number, to be made again alone. */
const caseOf = (number: number): Damaged => {
  const random = randomFrom(seed + number);
  const pick = (): Uint8Array => SMALL[Math.floor(random() * SMALL.length)]!.bytes;
  return damage(pick(), pick(), random);
};

/** All that can be said against a reading, whatever the capture was. */
const complaintsAbout = ({ verdicts, problems, counts }: Reading, { bytes: { length } }: Damaged): string[] => {
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
  demand(problems.slice(0, -1).every(({ fatal }) => !fatal), 'problems after the fatal one');
  demand(counts.packets * 12 <= length, `${counts.packets} packets in ${length} bytes`);
  for (const verdict of verdicts) {
    const { frame, bytesLost, connection, evidence } = verdict;
    const row = new JsonRows('en').row(verdict);
    const isFrame = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= counts.packets;
    demand(isFrame(frame) && frame > 0 && isFrame(connection.id), `frame of ${row}`);
    demand(evidence.every((seen) => isFrame(seen.frame)), `evidence of ${row}`);
    demand(bytesLost.min >= 0 && bytesLost.max >= bytesLost.min, `bytes lost of ${row}`);
    demand(!/NaN|undefined|Infinity/.test(row), row);
    JSON.parse(row);
  }
  return complaints;
};

describe('captures damaged at random', () => {
  it('are read without exception or delay, and every problem has its place', { timeout: 120_000 }, () => {
    const complaints: string[] = [];
    const seen = { problems: 0, verdicts: 0, slowestMs: 0 };
    for (let number = 0; number < CASES; number++) {
      const damaged = caseOf(number);
      const again = `case ${number} (${damaged.how}); SEED=${seed + number} RUNS=1 npx vitest run test/damaged.test.ts`;
      const began = performance.now();
      try {
        const reading = readTwice(damaged.bytes);
        complaints.push(...complaintsAbout(reading, damaged).map((what) => `${again}: ${what}`));
        seen.problems += reading.problems.length;
        seen.verdicts += reading.verdicts.length;
      } catch (error) {
        complaints.push(`${again}: ${(error as Error).stack}`);
      }
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - began);
    }
    console.log(`${CASES} damaged captures, seed ${seed}: ${JSON.stringify(seen)}`);
    expect(complaints.slice(0, 5)).toEqual([]);
    expect(seen.slowestMs).toBeLessThan(PATIENCE_MS);
    if (CASES > 1000) expect(Math.min(seen.problems, seen.verdicts)).toBeGreaterThan(CASES / 4);
  });

  it('say the same in whatever pieces they come', { timeout: 120_000 }, () => {
    for (let number = 0; number < CASES / 10; number++) {
      const damaged = caseOf(number);
      const whole = readOnce(damaged.bytes, damaged.bytes.length);
      const piece = 1 + Math.floor(randomFrom(seed + number)() * 300);
      expect(readOnce(damaged.bytes, piece), `case ${number}, pieces of ${piece}, seed ${seed}`).toEqual(whole);
    }
  });
});
