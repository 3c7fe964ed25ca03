import { AssertionError } from 'node:assert';
import { CATALOGUE } from '../causes/catalogue.ts';
import { CAUSE_IDS, type CauseId, isCauseId } from '../causes/ids.ts';
import type { Language } from '../causes/text.ts';
import { investigateWhole } from '../forensics/whole-capture.ts';
import { check } from '../report/check.ts';
import { unpainted } from '../report/paint.ts';
import { problemText, textReport } from '../report/text.ts';
import { wordsIn } from '../report/words.ts';
import { bytesOf } from './capture-bytes.ts';
import type { Recording } from './record-resets.ts';

export interface ExpectOptions {
  /** Causes to let pass, with their special forms. */
  readonly allow?: readonly CauseId[];
  /** Of the failure's message; English unless told. */
  readonly language?: Language;
}

const WIDTH = 96;

/**
 * Fails with an `AssertionError` (which node:test, vitest and jest print) if the capture holds a reset,
 * or a connection broken without one, that nobody allowed; harmless ones (health checks, scans) pass.
 * The message reads like `resetlab explain`.
 *
 * `capture`: the path of a pcap or pcapng file (also .gz, .zst), its bytes, or what `recordResets`
 * returned; of a recording that was skipped nothing is expected. Throws a `TypeError` for a cause that
 * does not exist, and an `AssertionError` for a capture that cannot be read whole: it proves nothing.
 */
export const expectNoResets = async (
  capture: string | Uint8Array | Recording<unknown>,
  { allow = [], language = 'en' }: ExpectOptions = {},
): Promise<void> => {
  const allowed = allowedCauses(allow);
  if (typeof capture === 'object' && 'skipped' in capture && capture.skipped !== undefined) return;
  const opened = await bytesOf(capture);
  const { name } = opened;
  if ('damage' in opened)
    return fail(`${name}: the capture cannot be read whole\n${opened.damage}`, []);
  const { verdicts, summary } = investigateWhole(opened.bytes);
  const findings = { file: name, verdicts, summary, interrupted: false, ladder: undefined };
  const { found, passed, problems } = check(findings, allowed, CATALOGUE);
  const words = wordsIn(language);
  const damage = problems.filter(({ code }) => code !== 'unknown-link-type');
  if (damage.length > 0) {
    const told = damage.map((problem) => problemText(problem, words)).join('\n');
    fail(`${name}: the capture cannot be read whole\n${told}`, []);
  }
  if (found.length === 0) return;
  const how = { facts: CATALOGUE, words, paint: unpainted, width: WIDTH, all: true };
  const report = textReport({ ...findings, verdicts: found }, how);
  const others = passed === 0 ? '' : ` (${passed} more are harmless, or were allowed)`;
  fail(
    `expected no resets, found ${found.length}${others}\n\n${report}`,
    found.map(({ cause }) => cause),
  );
};

/** The operator is the one of which jest makes no sentence of its own. */
const fail = (message: string, actual: readonly CauseId[]): never => {
  throw new AssertionError({ message, actual, expected: [], operator: 'fail' });
};

const allowedCauses = (ids: readonly string[]): ReadonlySet<CauseId> => {
  const allowed = new Set<CauseId>();
  for (const id of ids) {
    if (!isCauseId(id))
      throw new TypeError(`allow: no cause "${id}"; there are ${CAUSE_IDS.join(', ')}`);
    allowed.add(id);
  }
  return allowed;
};
