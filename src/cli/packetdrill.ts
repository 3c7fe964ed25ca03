import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { kindOf, type KnownVerdicts, readKnownVerdicts } from '../packetdrill/known-verdicts.ts';
import { playScript } from '../packetdrill/play.ts';
import type { Profile } from '../packetdrill/profile.ts';
import type { Verdict } from '../packetdrill/verdict.ts';
import { complain, type Complaint, isComplaint } from '../reading/complaint.ts';
import { reasonOf } from '../reading/errno-words.ts';
import { DONE, FOUND, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';

export interface PacketdrillOptions {
  /** Names are told from here, and without other scripts all below it are run. */
  readonly suite?: string;
  /** What is known of the suite's scripts; only what differs from that is a failure. */
  readonly verdicts?: string;
  readonly profile: Profile;
  readonly json?: true;
}

interface Played {
  readonly name: string;
  readonly verdict: Verdict;
  /** What is known of it: it is as expected, or not. */
  readonly isExpected: boolean;
  readonly reason: string;
}

/** `resetlab packetdrill`: plays scripts against our host; returns the exit code. */
export const packetdrill = async (
  scripts: readonly string[],
  options: PacketdrillOptions,
): Promise<number> => {
  const files = filesOf(scripts, options.suite);
  const known = knownOf(options.verdicts);
  const complaint = [files, known].find((each) => isComplaint(each));
  if (complaint !== undefined && isComplaint(complaint)) {
    tell(complaint.complaint);
    return WRONG;
  }
  const output = new Output();
  const totals = { pass: 0, beyond: 0, differs: 0, unsupported: 0, unexpected: 0 };
  for (const file of files as readonly string[]) {
    const played = play(file, options, known as KnownVerdicts);
    totals[kindOf(played.verdict)] += 1;
    if (!played.isExpected) totals.unexpected += 1;
    await output.write(options.json === true ? rowOf(played) : lineOf(played));
  }
  await output.write(options.json === true ? summaryRow(totals) : summaryLine(totals));
  await output.flush();
  return totals.unexpected > 0 ? FOUND : DONE;
};

/** Directories stand for all scripts below them. */
const filesOf = (scripts: readonly string[], suite: string | undefined): string[] | Complaint => {
  const places = scripts.length > 0 ? scripts : suite === undefined ? [] : [suite];
  if (places.length === 0) return complain('name a script, or --suite DIR');
  try {
    return places.flatMap((place) =>
      statSync(place).isDirectory() ? scriptsBelow(place) : [place],
    );
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    return complain(`${fault.path ?? 'scripts'}: ${reasonOf(fault)}`);
  }
};

const scriptsBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pkt'))
    .toSorted()
    .map((name) => join(directory, name));

const knownOf = (file: string | undefined): KnownVerdicts | Complaint => {
  if (file === undefined) return new Map();
  try {
    return readKnownVerdicts(readFileSync(file, 'utf8'));
  } catch (error) {
    return complain(`--verdicts ${file}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
};

const play = (
  file: string,
  { suite, profile }: PacketdrillOptions,
  known: KnownVerdicts,
): Played => {
  const name = suite === undefined ? file : relative(suite, file);
  const verdict = playScript(readFileSync(file, 'utf8'), profile);
  const expected = known.get(name);
  const isExpected =
    expected === undefined ? verdict.verdict !== 'fail' : expected.kind === kindOf(verdict);
  return { name, verdict, isExpected, reason: expected?.reason ?? '' };
};

const rowOf = ({ name, verdict, isExpected, reason }: Played): string =>
  `${JSON.stringify({ type: 'script', script: name, ...verdict, expected: isExpected, ...(reason !== '' && { reason }) })}\n`;

const COLUMN = 13;

/** One line, and where it is not as expected also what was to come and what came. */
const lineOf = ({ name, verdict, isExpected, reason }: Played): string => {
  const label = (isExpected ? kindOf(verdict) : 'FAIL').padEnd(COLUMN);
  const known = reason === '' ? '' : `  known: ${reason}`;
  if (verdict.verdict === 'pass') return `${label}${name}${known}\n`;
  if (verdict.verdict === 'unsupported') {
    return `${label}${name}:${verdict.line}  ${verdict.construct}${known}\n`;
  }
  const head = `${label}${name}:${verdict.line}  ${verdict.why}${known}\n`;
  if (isExpected || verdict.actual === undefined) return head;
  return `${head}    expected  ${verdict.expected ?? ''}\n    actual    ${verdict.actual}\n`;
};

/** `beyond` passed, and then a packet left that the script does not know. */
interface Totals {
  readonly pass: number;
  readonly beyond: number;
  readonly differs: number;
  readonly unsupported: number;
  readonly unexpected: number;
}

const summaryRow = (totals: Totals): string =>
  `${JSON.stringify({ type: 'summary', ...totals })}\n`;

const summaryLine = ({ pass, beyond, differs, unsupported, unexpected }: Totals): string =>
  `${pass} pass, ${beyond} beyond, ${differs} differ, ${unsupported} unsupported; ` +
  `${unexpected} other than expected\n`;
