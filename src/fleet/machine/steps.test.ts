import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXAMPLES, readTwice } from '../../../test/captures.ts';
import { randomFrom, seedOfRun } from '../../../test/spoil.ts';
import { AnnotatedCopy } from '../../capture/annotated-copy.ts';
import { CaptureReader } from '../../capture/reader.ts';
import { JsonRows } from '../../report/json.ts';
import { stagesOf, tasksOf, type Work } from '../plan.ts';
import { Database } from './database.ts';
import { openStore } from './library.ts';
import { type Reading, TaskRunner } from './steps.ts';
import { Store } from './store.ts';
import { fileHanded, whyChanged } from './arrival.ts';
import { planned, receptionOf } from './submission.ts';

const folder = mkdtempSync(join(tmpdir(), 'resetlab-fleet-'));
afterAll(() => rmSync(folder, { recursive: true }));

const again: Reading['again'] = async (arrival, visitor) => {
  const message = whyChanged(arrival);
  if (message !== undefined) return { message };
  const reader = new CaptureReader(visitor);
  reader.push(readFileSync(arrival.path));
  reader.end();
  return reader;
};
const reading: Reading = {
  again,
  first: async (arrival, visitor) => {
    const read = await again(arrival, visitor);
    const hash = createHash('sha256').update(readFileSync(arrival.path)).digest('hex');
    if ('message' in read) return read;
    return { counts: read.counts, problems: read.problems, hash };
  },
};
const reason = ({ message }: Error): string => message;

/** The last task first: no order is promised. */
const done = async (store: Store, work: Work, by = reading): Promise<void> => {
  const runner = new TaskRunner(store, by);
  for (const stage of stagesOf(work)) {
    for (const task of tasksOf(work, stage).toReversed()) await runner.run(task);
  }
};

const storeAt = (name: string): Store => {
  const store = new Store(join(folder, name));
  openStore(store);
  return store;
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
  const store = storeAt(`${name}.store`);
  const handed = files.map((file) => fileHanded(file, reason));
  const reception = receptionOf(store, handed);
  await done(store, reception);
  await done(store, await planned(store, handed, reception, 'en'));
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
    writeFileSync(file, EXAMPLES[0]!.bytes);
    const store = storeAt('once.store');
    const handed = [fileHanded(file, reason)];
    let reads = 0;
    const counting: Reading = {
      ...reading,
      first: (arrival, visitor) => {
        reads++;
        return reading.first(arrival, visitor);
      },
    };
    const reception = receptionOf(store, handed);
    await done(store, reception, counting);
    await done(store, reception, counting);
    expect(reads).toBe(1);
    const { inputs } = await planned(store, handed, reception, 'en');
    expect(inputs.map(({ name, bytes }) => [name, bytes])).toEqual([
      [basename(file), statSync(file).size],
    ]);
    expect(receptionOf(store, handed).arrivals, 'known by now').toEqual([]);
  });

  it('does not take a file for what was submitted under its name', async () => {
    const file = join(folder, 'changed.pcapng');
    writeFileSync(file, EXAMPLES[0]!.bytes);
    const store = storeAt('changed.store');
    const handed = [fileHanded(file, reason)];
    writeFileSync(file, EXAMPLES[1]!.bytes);
    const reception = receptionOf(store, handed);
    await done(store, reception);
    await done(store, await planned(store, handed, reception, 'en'));
    const database = await Database.over(store);
    const { rows } = await database.ask('SELECT capture, code, message, fatal FROM problems');
    const problems: unknown[] = [];
    for await (const row of rows) problems.push(row);
    database.close();
    expect(problems).toEqual([
      ['changed.pcapng', 'unreadable', 'has changed since it was submitted', true],
    ]);
  });

  it('reads a file again that was refused, once it can be read', async () => {
    const file = join(folder, 'refused.pcapng');
    writeFileSync(file, EXAMPLES[0]!.bytes);
    const store = storeAt('refused.store');
    const handed = [fileHanded(file, reason)];
    const closed: Reading = {
      ...reading,
      first: async () => ({ message: 'permission denied' }),
    };
    const first = receptionOf(store, handed);
    await done(store, first, closed);
    const refused = { name: basename(file), message: 'permission denied' };
    expect(await planned(store, handed, first, 'en')).toMatchObject({
      inputs: [],
      unreadable: [refused],
    });
    const second = receptionOf(store, handed);
    await done(store, second);
    expect(await planned(store, handed, second, 'en')).toMatchObject({ unreadable: [] });
  });
});
