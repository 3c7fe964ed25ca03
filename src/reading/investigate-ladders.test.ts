import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import type { Verdict } from '../forensics/verdict.ts';
import { openCapture } from './capture-source.ts';
import { isComplaint } from './complaint.ts';
import { investigateWithLadders } from './investigate-ladders.ts';
import { type Interruption, UNATTENDED } from './operator.ts';
import { refused } from './tiny-capture.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'resetlab-ladders-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks for an early end as soon as so many pieces of a capture were read. */
const askingAfter = (pieces: number) => {
  let read = 0;
  const interrupt: Interruption = {
    get asked() {
      return read >= pieces;
    },
    wake: () => {},
  };
  const progressOf = () => ({ advance: () => void (read += 1), end: () => {} });
  return { ...UNATTENDED, interrupt, progressOf };
};

const lastOf = (verdicts: readonly Verdict[]) => {
  const { connection, frame } = verdicts.at(-1)!;
  return { of: new Map([[connection.id, new Set([frame])]]), head: 10, tail: 10, payloadBytes: 0 };
};

it('draws what was found in a compressed capture until its end was asked for', async () => {
  const file = join(folder, 'capture.gz');
  // Not compressed within, so that it is longer than two pieces of 1 MiB.
  writeFileSync(file, gzipSync(refused(30_000), { level: 0 }));
  const source = openCapture(file);
  if (isComplaint(source)) throw new Error(source.complaint);
  const read = await investigateWithLadders(source, askingAfter(2), lastOf);
  if (isComplaint(read)) throw new Error(read.complaint);
  const { findings, ladders } = read;
  expect(findings.interrupted).toBe(true);
  // 2 MiB of records of 56 bytes, two a connection.
  expect(findings.verdicts.length).toBeGreaterThan(18_000);
  expect(findings.verdicts.length).toBeLessThan(19_000);
  const last = findings.verdicts.at(-1)!;
  expect(ladders).toMatchObject([{ rows: [{ frame: last.connection.id }, { frame: last.frame }] }]);
});
