/// <reference lib="dom" />
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../../test/tree.ts';
import { openCapture } from '../../../reading/capture-source.ts';
import { isComplaint } from '../../../reading/complaint.ts';
import { investigateWithLadders } from '../../../reading/investigate-ladders.ts';
import { UNATTENDED } from '../../../reading/operator.ts';
import { laddersWanted } from '../../../report/html/report-data.ts';
import { analyse, type Progress } from './analyse.ts';

const EXAMPLES = join(ROOT, 'examples');

const fileOf = (name: string, bytes: Uint8Array<ArrayBuffer>): File => new File([bytes], name);

const example = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(join(EXAMPLES, name)));

/** As the command line reads it. */
const byCommand = async (name: string) => {
  const source = openCapture(join(EXAMPLES, name));
  if (isComplaint(source)) throw new Error(source.complaint);
  const read = await investigateWithLadders(source, UNATTENDED, (verdicts) =>
    laddersWanted(verdicts, false),
  );
  if (isComplaint(read)) throw new Error(read.complaint);
  return read;
};

const inBrowser = (file: File, tell: (progress: Progress) => void = () => {}) =>
  analyse(file, tell).then(async ({ findings, readLadders }) => ({
    findings,
    ladders: await readLadders(),
  }));

const NAMES = readdirSync(EXAMPLES).filter((name) => /\.pcap(?:ng)?(?:\.gz)?$/.test(name));

describe('a capture read in the browser', () => {
  it('comes to the same verdicts, summary and ladders as by the command line', async () => {
    for (const name of NAMES) {
      const [own, other] = [await inBrowser(fileOf(name, example(name))), await byCommand(name)];
      expect(own.findings.verdicts, name).toEqual(other.findings.verdicts);
      expect(own.findings.summary, name).toEqual(other.findings.summary);
      expect(own.ladders, name).toEqual(other.ladders);
    }
  });

  it('comes to the same compressed', async () => {
    const plain = example('mass-restart.pcap');
    const { findings } = await inBrowser(fileOf('a.pcap', plain));
    const packed = Uint8Array.from(gzipSync(plain));
    const unpacked = await inBrowser(fileOf('a.pcap.gz', packed));
    expect(unpacked.findings.verdicts).toEqual(findings.verdicts);
    expect(unpacked.findings.summary.problems).toEqual([]);
  });

  it('tells how far it is, never past the end', async () => {
    const told: Progress[] = [];
    const bytes = example('mass-restart.pcap');
    await inBrowser(fileOf('a.pcap', bytes), (progress) => told.push(progress));
    // Once a pass, the file being smaller than a piece: two for the verdicts, one for the ladders.
    const inFiles = told.map((one) => [one.bytes / bytes.length, one.allBytes / bytes.length]);
    expect(inFiles).toEqual([
      [1, 2],
      [2, 2],
      [1, 1],
    ]);
  });

  it('says what is wrong with a file, and keeps what was found before', async () => {
    const whole = example('early-response-node.pcapng.gz');
    const cut = fileOf('cut.pcapng.gz', whole.slice(0, whole.length - 40));
    const { findings } = await inBrowser(cut);
    const [problem] = findings.summary.problems;
    expect([problem?.code, problem?.fatal]).toEqual(['bad-compression', true]);
    const plain = Uint8Array.from(gunzipSync(whole));
    const short = fileOf('short.pcapng', plain.slice(0, plain.length - 10));
    const { findings: rest } = await inBrowser(short);
    expect(rest.summary.problems.map(({ code }) => code)).toEqual(['cut-short']);
    expect(rest.summary.counts.packets).toBe(103);
    const text = fileOf('notes.txt', new TextEncoder().encode('no capture'));
    const { findings: none } = await inBrowser(text);
    expect(none.summary.problems.map(({ code }) => code)).toEqual(['not-a-capture']);
  });

  it('tells of a file that cannot be read', async () => {
    const bytes = example('mass-restart.pcap');
    const broken = {
      name: 'gone.pcap',
      size: bytes.length,
      slice: (from: number, to: number) => {
        if (to > 100) throw new Error('the disk is gone');
        return new Blob([bytes.slice(from, to)]);
      },
    };
    const { findings } = await analyse(broken, () => {});
    const [problem] = findings.summary.problems;
    expect([problem?.code, problem?.message]).toEqual(['unreadable', 'the disk is gone']);
  });
});
