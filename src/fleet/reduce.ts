import { noCounts } from '../capture/problem.ts';
import { CandidateSet } from '../forensics/candidates.ts';
import { type Conclusion, Investigation } from '../forensics/investigation.ts';
import type { NoteCounts } from '../forensics/notes.ts';
import { Surroundings } from '../forensics/surroundings.ts';
import type { Verdict } from '../forensics/verdict.ts';
import { showRows } from './extract.ts';

/** One file's rows of one part. */
export interface PartOfFile {
  readonly rows: Int32Array;
  readonly framesBefore: number;
}

/** The clock over all files. */
export interface Clock {
  /** Second in which the first followed segment came, since the epoch. */
  readonly beganSeconds: number;
  /** The latest time of a followed segment, in seconds from there. */
  readonly reachedSeconds: number;
  /** When the last packet of all was captured, in seconds since the epoch. */
  readonly endSeconds: number;
}

/** SYNs that nobody answered, as `Surroundings.unanswered` wants them: hash of host and endpoint. */
export type Unanswered = readonly (readonly [clientHost: number, serverEndpoint: number])[];

/** Surroundings that only listen for what an investigation adds to them. */
class Listening extends Surroundings {
  readonly heard: [number, number][] = [];

  override unanswered(clientHost: number, serverEndpoint: number): void {
    this.heard.push([clientHost, serverEndpoint]);
  }
}

/** Surroundings that are complete: what one part adds is in them already. */
class Complete extends Surroundings {
  override unanswered(): void {
    // Told by `withUnanswered`, together with the other parts'.
  }
}

/** What a part's connections leave behind for all others. */
export const unansweredIn = (files: readonly PartOfFile[], clock: Clock): Unanswered => {
  const surroundings = new Listening();
  concluded(files, clock, surroundings);
  return surroundings.heard;
};

/** The surroundings as a survey saw them, and what the parts add, whole from now on. */
export const withUnanswered = (
  surveyed: Surroundings,
  unanswered: Iterable<Unanswered>,
): Surroundings => {
  const filling = Object.assign(new Surroundings(), surveyed);
  for (const ofPart of unanswered) {
    for (const [client, server] of ofPart) filling.unanswered(client, server);
  }
  return Object.assign(new Complete(), filling);
};

/** The verdicts on one part's connections, to be taken in the order of their frames. */
export const judgePart = (
  files: readonly PartOfFile[],
  clock: Clock,
  surroundings: Surroundings,
  take: (verdict: Verdict) => void,
): NoteCounts => {
  const { investigation, conclusion } = concluded(files, clock, surroundings);
  for (const verdict of conclusion) take(verdict);
  return investigation.noted;
};

/**
 * Every reset waits to the end for what comes after it: unlike over one large capture, where memory
 * would not allow it (`PATIENCE` in the investigation), a part is small.
 */
const concluded = (
  files: readonly PartOfFile[],
  { beganSeconds, reachedSeconds, endSeconds }: Clock,
  surroundings: Surroundings,
): { investigation: Investigation; conclusion: Conclusion } => {
  const survey = { surroundings, marked: new CandidateSet(), connections: 0 };
  const investigation = new Investigation({ survey, reachedSeconds });
  investigation.beginAt(beganSeconds);
  for (const { rows, framesBefore } of files) showRows(rows, framesBefore, investigation);
  const counts = { ...noCounts(), endSeconds };
  return { investigation, conclusion: investigation.conclude(counts, []) };
};
