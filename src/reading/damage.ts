import type { Problem } from '../capture/problem.ts';

/** A link type that nobody reads is told, but is no error: the rest of the capture is whole. */
export const isDamaged = (problems: readonly Problem[]): boolean =>
  problems.some(({ fatal, code }) => fatal || code !== 'unknown-link-type');
