import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { playScript } from './play.ts';

/**
 * The project's own scripts by packetdrill itself, on this machine's kernel, so that what they expect of
 * Linux has a witness. It tells the connections of one script apart only while the socket is the same, so
 * each case runs alone, in a network namespace of its own. RESETLAB_PACKETDRILL names the program.
 */
const PROGRAM = process.env['RESETLAB_PACKETDRILL'] ?? '';
const missing =
  PROGRAM === ''
    ? 'RESETLAB_PACKETDRILL names no packetdrill'
    : process.getuid?.() !== 0
      ? 'packetdrill needs root'
      : undefined;
if (missing !== undefined) console.warn(`skipped: the project's scripts on a kernel; ${missing}`);

const FOLDER = new URL('../../packetdrill/', import.meta.url);

interface Case {
  readonly name: string;
  readonly source: string;
}

/** Commands stand for the whole file; calls make a socket, where the case has none of its own. */
const withHead = (head: readonly string[], lines: readonly string[]): string => {
  const ownsSocket = lines.some((line) => line.includes(' socket('));
  const before = head.filter((line) => line.startsWith('`') || !ownsSocket);
  const all = [...before, ...lines].filter((line) => !line.includes('sockstat'));
  const first = all.findIndex((line) => /^[+.\d]/.test(line));
  return all.map((line, at) => (at === first ? line.replace(/^\S+/, '0') : line)).join('\n') + '\n';
};

/** A case is a paragraph in which something is sent or received; what stands before the first is the head. */
const casesOf = (script: string): readonly Case[] => {
  const paragraphs = readFileSync(new URL(script, FOLDER), 'utf8')
    .split(/\n\s*\n/)
    .map((text) => text.split('\n').filter((line) => line.trim() !== ''));
  const isCase = (lines: readonly string[]): boolean =>
    lines.some((line) => /^\S+ [<>] /.test(line));
  const head = paragraphs.slice(0, paragraphs.findIndex(isCase)).flat();
  return paragraphs.filter(isCase).map((lines, at) => ({
    name: `${script} ${at + 1}, ${lines[0]?.replace(/^\/\/ /, '')}`,
    source: withHead(head, lines),
  }));
};

/**
 * What packetdrill has no words for: a number as it is on the wire; and after a second SYN with another
 * number it counts the peer's from there.
 */
const isBeyondIt = ({ source }: Case): boolean =>
  /\d\)! /.test(source) || /connect\([^]*< S 0:0[^]*< S\.? 1:1/.test(source);

const cases = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.pkt'))
  .flatMap(casesOf)
  .filter((one) => !isBeyondIt(one));

/** What packetdrill has against it, if anything. */
const objection = async (path: string): Promise<string | undefined> => {
  const inside = 'ip link set lo up; exec "$0" --ip_version=ipv4 --tolerance_usecs=20000 "$1"';
  try {
    await promisify(execFile)('unshare', ['-n', 'sh', '-c', inside, PROGRAM, path]);
    return undefined;
  } catch (error) {
    return (error as { readonly stderr: string }).stderr;
  }
};

describe('each case of the own scripts, alone', () => {
  it('holds for the engine', () => {
    const failing = cases.filter(({ source }) => playScript(source, 'linux').verdict !== 'pass');
    expect(failing.map(({ name }) => name)).toEqual([]);
    expect(cases.length).toBeGreaterThan(180);
  });

  it.skipIf(missing)("holds for this machine's kernel", { timeout: 600_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'resetlab-packetdrill-'));
    const path = join(folder, 'case.pkt');
    const objections: string[] = [];
    for (const { name, source } of cases) {
      writeFileSync(path, source);
      const found = await objection(path);
      if (found !== undefined) objections.push(`${name}\n${source}${found}`);
    }
    rmSync(folder, { recursive: true });
    expect(objections.join('\n')).toBe('');
  });
});
