import type { Verdict } from './verdict.ts';

/**
 * What is known of a script of a suite: it passes; it passes, and afterwards a packet leaves that
 * belongs there (`beyond`); the host differs from it, or lacks something, for a reason.
 */
export interface KnownVerdict {
  readonly kind: 'pass' | 'beyond' | 'differs' | 'unsupported';
  /** Empty with `pass`. */
  readonly reason: string;
}

export type KnownVerdicts = ReadonlyMap<string, KnownVerdict>;

const LINE = /^(\S+)\s+(pass|beyond|differs|unsupported)(?::\s*(.*))?$/;

/**
 * Reads a file of verdicts, a script a line: `path.pkt pass`, `path.pkt differs: why`. Empty lines and
 * those that begin with # do not count. Throws for any other, naming it.
 */
export const readKnownVerdicts = (text: string): KnownVerdicts => {
  const known = new Map<string, KnownVerdict>();
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line.trim());
    if (match === null) throw new Error(`no verdict on a script: ${line}`);
    const [, path, kind, reason = ''] = match;
    known.set(path, { kind: kind as KnownVerdict['kind'], reason });
  }
  return known;
};

/** How a verdict is written in such a file. */
export const kindOf = (verdict: Verdict): KnownVerdict['kind'] => {
  if (verdict.verdict === 'pass') return 'pass';
  if (verdict.verdict === 'unsupported') return 'unsupported';
  return verdict.beyond === true ? 'beyond' : 'differs';
};
