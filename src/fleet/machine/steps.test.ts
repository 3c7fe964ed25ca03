import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXAMPLES, readTwice } from '../../../test/captures.ts';
import { randomFrom, seedOfRun } from '../../../test/spoil.ts';
import { AnnotatedCopy } from '../../capture/annotated-copy.ts';
import { CaptureReader } from '../../capture/reader.ts';
import { JsonRows } from '../../report/json.ts';
import { STAGES, tasksOf } from '../plan.ts';
import { Database } from './database.ts';
import { openStore } from './library.ts';
import { type ReadCapture, runTask } from './steps.ts';
import { Store } from './store.ts';
import { submitted } from './submission.ts';

const folder = mkdtempSync(join(tmpdir(), 'resetlab-fleet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read: ReadCapture = async (path, visitor) => {
  const reader = new CaptureReader(visitor);
  reader.push(readFileSync(path));
  reader.end();
  return reader;
};

/** The packets from one frame to before another, as a file of its own with the same interfaces. */
const slice = (capture: Uint8Array, from: number, to: number): Uint8Array => {
  const pieces: Uint8Array[] = [];
  const keeps = (frame: number): boolean => frame >= from && frame < to;
  const copy = new AnnotatedCopy({ keeps, comments: () => [] }, (bytes) =>
    pieces.push(bytes.slice()),
  );
  const reader = new CaptureReader({ segment() {}, icmpError() {}, transcript: copy });
  reader.push(capture);
  reader.end();
  copy.end();
  return Buffer.concat(pieces);
};

const rowsByFleet = async (name: string, files: readonly string[]): Promise<string[]> => {
  const store = new Store(join(folder, `${name}.store`));
  openStore(store);
  const plan = await submitted(
    store,
    files,
    'en',
    ({ message }) => message,
    () => {},
  );
  for (const stage of STAGES) {
    // The last task first: no order is promised.
    for (const task of tasksOf(plan, stage).toReversed()) await runTask(store, read, task);
  }
  const database = await Database.over(store);
  const rows: string[] = [];
  const answer = await database.ask('SELECT json FROM verdicts ORDER BY frame');
  for await (const [row] of answer.rows) rows.push(String(row));
  database.close();
  return rows;
};

describe('captures cut in three at random places', () => {
  const seed = seedOfRun();
  const random = randomFrom(seed);
  // Every third of them: each makes some forty files.
  const some = EXAMPLES.filter((_, index) => index % 3 === 0);

  it.each(some)('$name: the rows of the whole', { timeout: 120_000 }, async ({ name, bytes }) => {
    const whole = readTwice(bytes);
    const { packets } = whole.counts;
    const cuts = [random(), random()].map((part) => 1 + Math.floor(part * packets));
    const [first, second] = cuts.toSorted((a, b) => a - b) as [number, number];
    const ranges = [
      [1, first],
      [first, second],
      [second, packets + 1],
    ] as const;
    const files = ranges
      .filter(([from, to]) => to > from)
      .map(([from, to], index) => {
        const file = join(folder, `${name}-${index}.pcapng`);
        writeFileSync(file, slice(bytes, from, to));
        return file;
      });
    const rows = new JsonRows('en');
    const expected = whole.verdicts.map((verdict) => rows.row(verdict).trimEnd());
    const told = await rowsByFleet(name, files.toReversed());
    expect(told, `cut before frames ${cuts.join(', ')}; SEED=${seed}`).toEqual(expected);
  });
});

describe('a task', () => {
  it('is not done twice: what is written stays as it is', async () => {
    const file = join(folder, 'once.pcapng');
    const { bytes } = EXAMPLES[0]!;
    writeFileSync(file, bytes);
    const store = new Store(join(folder, 'once.store'));
    openStore(store);
    const plan = await submitted(
      store,
      [file],
      'en',
      ({ message }) => message,
      () => {},
    );
    const [task] = tasksOf(plan, 'digest');
    let reads = 0;
    const counting: ReadCapture = (path, visitor) => {
      reads++;
      return read(path, visitor);
    };
    await runTask(store, counting, task!);
    await runTask(store, counting, task!);
    expect(reads).toBe(1);
    expect(plan.inputs.map(({ name, bytes: size }) => [name, size])).toEqual([
      [basename(file), statSync(file).size],
    ]);
  });

  it('does not take a file for what was submitted under its name', async () => {
    const file = join(folder, 'changed.pcapng');
    writeFileSync(file, EXAMPLES[0]!.bytes);
    const store = new Store(join(folder, 'changed.store'));
    openStore(store);
    const plan = await submitted(
      store,
      [file],
      'en',
      ({ message }) => message,
      () => {},
    );
    writeFileSync(file, EXAMPLES[1]!.bytes);
    for (const stage of STAGES) {
      for (const task of tasksOf(plan, stage)) await runTask(store, read, task);
    }
    const database = await Database.over(store);
    const { rows } = await database.ask('SELECT capture, code, message, fatal FROM problems');
    const problems: unknown[] = [];
    for await (const row of rows) problems.push(row);
    database.close();
    expect(problems).toEqual([
      ['changed.pcapng', 'unreadable', 'has changed since it was submitted', true],
    ]);
  });
});
