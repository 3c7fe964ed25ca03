import { Investigation } from '../forensics/investigation.ts';
import type { LadderWishes } from '../forensics/ladder.ts';
import type { Ladder, Verdict } from '../forensics/verdict.ts';
import type { Findings } from '../report/model.ts';
import { openCapture, type CaptureSource } from './capture-source.ts';
import { type Complaint, isComplaint } from './complaint.ts';
import { investigate, investigateWhole } from './investigate.ts';
import { UNATTENDED, type Operator } from './operator.ts';
import { readStream } from './read-stream.ts';

/** What a capture came to, and the segments of the connections concerned. */
export interface FindingsWithLadders {
  readonly findings: Findings;
  readonly ladders: readonly Ladder[];
}

/**
 * Investigates a capture, then reads it once more for the ladders that the verdicts make wanted. So
 * it needs a file, compressed or not; a pipe goes by once.
 */
export const investigateWithLadders = async (
  source: CaptureSource,
  operator: Operator,
  wishesFor: (verdicts: readonly Verdict[]) => LadderWishes,
): Promise<FindingsWithLadders | Complaint> =>
  source.kind === 'seekable'
    ? ofFile(source, operator, wishesFor)
    : ofStream(source, operator, wishesFor);

const inFrameOrder = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.toSorted((a, b) => a.frame - b.frame);

const ofFile = async (
  source: CaptureSource,
  operator: Operator,
  wishesFor: (verdicts: readonly Verdict[]) => LadderWishes,
): Promise<FindingsWithLadders> => {
  const verdicts: Verdict[] = [];
  let ladders: readonly Ladder[] = [];
  const keep = (verdict: Verdict): undefined => void verdicts.push(verdict);
  const outcome = await investigate(source, operator, keep, undefined, async (reread) => {
    const sorted = inFrameOrder(verdicts);
    const again = new Investigation({ survey: reread.survey, ladders: wishesFor(sorted) });
    await reread.investigate(again, () => forget(again));
    ladders = again.ladders(sorted);
  });
  return { findings: { ...outcome, verdicts: inFrameOrder(verdicts) }, ladders };
};

/** Compressed: there is no cheaper way to its middle than from its beginning. */
const ofStream = async (
  source: CaptureSource,
  operator: Operator,
  wishesFor: (verdicts: readonly Verdict[]) => LadderWishes,
): Promise<FindingsWithLadders | Complaint> => {
  const findings = await investigateWhole(source, operator);
  const reopened = openCapture(source.file);
  if (isComplaint(reopened)) return reopened;
  const again = new Investigation({ ladders: wishesFor(findings.verdicts) });
  const progress = operator.progressOf(source.file, reopened.bytes);
  // Who asked for an early end already is owed the ladders of what was found until then.
  const { interrupt } = operator.interrupt.asked ? UNATTENDED : operator;
  await readStream(reopened, again, progress, interrupt, () => forget(again));
  progress.end();
  return { findings, ladders: again.ladders(findings.verdicts) };
};

/** The verdicts are known: they are only made again so that nothing waits for them. */
const forget = (investigation: Investigation): undefined => {
  const again = investigation.ripe();
  while (again.next().done !== true);
};
