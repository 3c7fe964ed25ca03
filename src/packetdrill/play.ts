import { parseScript } from './parse.ts';
import { portFreeBsd } from './port-freebsd.ts';
import type { Profile } from './profile.ts';
import { runScript } from './run-script.ts';
import { failure, type Verdict } from './verdict.ts';

/**
 * What the FreeBSD suite's `#ifdef` ask for: its scripts say for some cases what the RFCs demand and
 * what FreeBSD does.
 */
const DEFINED: ReadonlySet<string> = new Set(['STANDARD']);

/** Reads a script of packetdrill and plays it against a fresh host, in virtual time. */
export const playScript = (source: string, profile: Profile): Verdict => {
  const script = parseScript(source, DEFINED);
  if ('problem' in script) return failure(script.line, `cannot be read: ${script.problem}`);
  return runScript(portFreeBsd(script), profile);
};
