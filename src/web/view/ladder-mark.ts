import type { Confidence } from '../../forensics/verdict.ts';

/** A segment that ended the connection, or was meant to. */
export interface LadderMark {
  readonly frame: number;
  readonly title: string;
  readonly confidence: Confidence;
  readonly isBenign: boolean;
  /** It only repeats another, and needs no words of its own. */
  readonly isRepeat: boolean;
  readonly fromEndpoint: boolean;
  readonly obeyed: boolean;
  /** What the two applications' calls returned; undefined: not known. */
  readonly clientSaw: string | undefined;
  readonly serverSaw: string | undefined;
}
