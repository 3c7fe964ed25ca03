import { CaptureReader } from '../capture/reader.ts';
import type { PacketVisitor } from '../wire/packet.ts';
import { Investigation } from './investigation.ts';
import { Survey } from './survey.ts';
import type { Summary, Verdict } from './verdict.ts';

/** What the detective makes of a capture. */
export interface Investigated {
  /** In the order of their frames. */
  readonly verdicts: readonly Verdict[];
  readonly summary: Summary;
}

/**
 * Investigates a capture that lies in memory, not compressed: two passes, as over a file.
 * `bucketBits`: the size of the survey's table, 2^bits connections at a time (10 is plenty for a few,
 * and quickly made).
 */
export const investigateWhole = (capture: Uint8Array, bucketBits?: number): Investigated => {
  const survey = new Survey(bucketBits);
  showTo(survey, capture);
  survey.finish();
  return concluded(new Investigation({ survey }), capture);
};

/** One pass of an investigation over a capture in memory, and its conclusion. */
export const concluded = (investigation: Investigation, capture: Uint8Array): Investigated => {
  const { counts, problems } = showTo(investigation, capture);
  const conclusion = investigation.conclude(counts, problems);
  const verdicts = [...conclusion].toSorted((a, b) => a.frame - b.frame);
  return { verdicts, summary: conclusion.summary };
};

/** Shows every packet of a capture in memory. */
export const showTo = (visitor: PacketVisitor, capture: Uint8Array): CaptureReader => {
  const reader = new CaptureReader(visitor);
  reader.push(capture);
  reader.end();
  return reader;
};
