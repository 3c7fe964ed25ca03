import { availableParallelism } from 'node:os';
import type { Investigation } from '../forensics/investigation.ts';
import type { Survey } from '../forensics/survey.ts';
import type { CaptureSource } from './capture-source.ts';
import type { Interruption, Progress } from './operator.ts';
import { ReadAhead } from './read-ahead.ts';
import { type Pass, readSeekable } from './read-capture.ts';

/** Smaller files are read before a second thread has begun. */
const WORTH_A_THREAD = 64 << 20;

/** The two passes over a file, whoever does the reading. */
export interface Passes {
  survey(survey: Survey, limit: number, interrupt: Interruption | undefined): Promise<Pass>;
  /** `between` is called after each piece; a promise asks to wait. */
  investigate(
    investigation: Investigation,
    survey: Survey,
    limit: number,
    interrupt: Interruption | undefined,
    between: () => Promise<void> | undefined,
  ): Promise<Pass>;
  close(): Promise<void>;
}

/** A large file is read and decoded on a second core, where there is one. */
export const passesOver = (
  { descriptor, bytes }: CaptureSource & { kind: 'seekable' },
  progress: Progress,
): Passes =>
  bytes >= WORTH_A_THREAD && availableParallelism() > 1
    ? new ReadAhead(descriptor, progress)
    : passesHere(descriptor, progress);

export const passesHere = (descriptor: number, progress: Progress): Passes => ({
  survey: (survey, limit, interrupt) =>
    readSeekable(descriptor, limit, survey, progress, interrupt),
  investigate: (investigation, _survey, limit, interrupt, between) =>
    readSeekable(descriptor, limit, investigation, progress, interrupt, between),
  close: async () => {},
});
