import { Investigation } from '../forensics/investigation.ts';
import type { LadderWishes } from '../forensics/ladder.ts';
import type { Ladder, Verdict } from '../forensics/verdict.ts';
import type { Findings } from '../report/model.ts';
import { openCapture, type CaptureSource } from './capture-source.ts';
import { type Complaint, isComplaint } from './complaint.ts';
import { Interrupt } from './interrupt.ts';
import { investigate, investigateWhole } from './investigate.ts';
import { Progress } from './progress.ts';
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
  interrupt: Interrupt,
  wishesFor: (verdicts: readonly Verdict[]) => LadderWishes,
): Promise<FindingsWithLadders | Complaint> =>
  source.kind === 'seekable'
    ? ofFile(source, interrupt, wishesFor)
    : ofStream(source, interrupt, wishesFor);

const inFrameOrder = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.toSorted((a, b) => a.frame - b.frame);

const ofFile = async (
  source: CaptureSource,
  interrupt: Interrupt,
  wishesFor: (verdicts: readonly Verdict[]) => LadderWishes,
): Promise<FindingsWithLadders> => {
  const verdicts: Verdict[] = [];
  let ladders: readonly Ladder[] = [];
  const keep = (verdict: Verdict): undefined => void verdicts.push(verdict);
  const outcome = await investigate(source, interrupt, keep, undefined, async (reread) => {
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
  interrupt: Interrupt,
  wishesFor: (verdicts: readonly Verdict[]) => LadderWishes,
): Promise<FindingsWithLadders | Complaint> => {
  const findings = await investigateWhole(source, interrupt);
  const reopened = openCapture(source.file);
  if (isComplaint(reopened)) return reopened;
  const again = new Investigation({ ladders: wishesFor(findings.verdicts) });
  const progress = new Progress(source.file, reopened.bytes);
  await readStream(reopened, again, progress, new Interrupt(), () => forget(again));
  progress.erase();
  return { findings, ladders: again.ladders(findings.verdicts) };
};

/** The verdicts are known: they are only made again so that nothing waits for them. */
const forget = (investigation: Investigation): undefined => {
  const again = investigation.ripe();
  while (again.next().done !== true);
};
