import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Investigation } from '../forensics/investigation.ts';
import { Survey } from '../forensics/survey.ts';
import { JsonRows } from '../report/json.ts';
import { UNATTENDED } from './operator.ts';
import { type Passes, passesHere } from './passes.ts';

// The thread's program is there only where it was built.
const { ReadAhead }: typeof import('./read-ahead.ts') = await import(
  // @ts-ignore
  '../../dist/reading/read-ahead.js'
);

const folder = mkdtempSync(join(tmpdir(), 'resetlab-ahead-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { interrupt } = UNATTENDED;
const examples = new URL('../../examples/', import.meta.url);

/** All rows and the summary of a file, read through `passes`. */
const told = async (passes: Passes, bytes: number): Promise<string[]> => {
  const survey = new Survey();
  const first = await passes.survey(survey, bytes, interrupt);
  survey.finish();
  const investigation = new Investigation({ survey });
  const rows = new JsonRows('en');
  const lines: string[] = [];
  const between = (): undefined => {
    for (const verdict of investigation.ripe()) lines.push(rows.row(verdict));
  };
  const pass = await passes.investigate(investigation, survey, first.bytes, interrupt, between);
  await passes.close();
  const conclusion = investigation.conclude(pass.reader.counts, pass.reader.problems);
  for (const verdict of conclusion) lines.push(rows.row(verdict));
  return [...lines, rows.summary(conclusion.summary)];
};

const bothWays = async (file: string): Promise<{ ahead: string[]; here: string[] }> => {
  const descriptor = openSync(file, 'r');
  const { size } = statSync(file);
  const progress = UNATTENDED.progressOf(file, undefined);
  const here = await told(passesHere(descriptor, progress), size);
  const ahead = await told(new ReadAhead(descriptor, progress), size);
  closeSync(descriptor);
  return { ahead, here };
};

describe('a file read ahead by a second thread', () => {
  it.each([
    'closed-port-ipv6.pcap',
    'linger-zero.pcapng',
    'firewall-reject-router.pcapng',
    'connect-unreachable.pcap',
    'data-after-close-any.pcap',
    'mass-restart.pcap',
  ])('%s: says what reading it here says', async (name) => {
    const { ahead, here } = await bothWays(new URL(name, examples).pathname);
    expect(here.length).toBeGreaterThan(1);
    expect(ahead).toEqual(here);
  });

  it('more than the belt can hold at once', async () => {
    const capture = readFileSync(new URL('close-with-unread-data-gso.pcap', examples));
    const [header, records] = [capture.subarray(0, 24), capture.subarray(24)];
    const file = join(folder, 'long');
    const copies = Math.ceil((12 << 20) / records.length);
    writeFileSync(file, Buffer.concat([header, ...Array(copies).fill(records)]));
    const { ahead, here } = await bothWays(file);
    expect(ahead).toEqual(here);
  });

  it('damage is told with its place, and what lay before it', async () => {
    const capture = readFileSync(new URL('mass-restart.pcap', examples));
    const file = join(folder, 'cut');
    writeFileSync(file, capture.subarray(0, capture.length - 7));
    const { ahead, here } = await bothWays(file);
    expect(JSON.parse(ahead.at(-1)!).problems).toMatchObject([{ code: 'cut-short' }]);
    expect(ahead).toEqual(here);
  });
});
