import { CaptureReader } from '../capture/reader.ts';
import { Investigation } from '../forensics/investigation.ts';
import { Survey } from '../forensics/survey.ts';
import type { Ladder, Summary, Verdict } from '../forensics/verdict.ts';
import { ACK, type PacketVisitor, SYN } from '../wire/packet.ts';

/** What the detective makes of a capture. */
export interface Investigated {
  readonly verdicts: readonly Verdict[];
  readonly summary: Summary;
}

/** Enough for the few connections of a scenario, and quickly made. */
const BUCKET_BITS = 10;

/** Reads a capture twice, as `explain` reads a file. */
export const investigate = (capture: Uint8Array): Investigated => {
  const survey = new Survey(BUCKET_BITS);
  show(capture, survey);
  survey.finish();
  return conclude(new Investigation({ survey }), capture);
};

/** The story of one connection (the frame that it begins in), with the verdicts on it. */
export const ladderOf = (capture: Uint8Array, connection: number): Ladder | undefined => {
  const investigation = new Investigation({ keepLadderOf: connection });
  const { verdicts } = conclude(investigation, capture);
  return investigation.ladder(verdicts.filter((one) => one.connection.id === connection));
};

/** Frames in which connections may begin: SYNs, and the first of all. */
export const beginningsIn = (capture: Uint8Array): readonly number[] => {
  const frames = new Set([1]);
  show(capture, {
    segment: ({ frame, flags }) => {
      if ((flags & (SYN | ACK)) === SYN) frames.add(frame);
    },
    icmpError: () => {},
  });
  return [...frames];
};

const conclude = (investigation: Investigation, capture: Uint8Array): Investigated => {
  const { counts, problems } = show(capture, investigation);
  const conclusion = investigation.conclude(counts, problems);
  const verdicts = [...conclusion].toSorted((a, b) => a.frame - b.frame);
  return { verdicts, summary: conclusion.summary };
};

const show = (capture: Uint8Array, visitor: PacketVisitor): CaptureReader => {
  const reader = new CaptureReader(visitor);
  reader.push(capture);
  reader.end();
  return reader;
};
