/**
 * For tests of applications: `recordResets` captures what happens on the network while a function
 * runs, and `expectNoResets` fails if a connection was reset, or broke, and nobody allowed it.
 *
 * @module resetlab/test
 */
export type { CauseId } from '../causes/ids.ts';
export type { Verdict } from '../forensics/verdict.ts';
export { expectNoResets, type ExpectOptions } from './expect-no-resets.ts';
export {
  recordResets,
  type Recording,
  type RecordOptions,
  type TestContext,
} from './record-resets.ts';
