import type { Language } from '../causes/text.ts';

/**
 * Of everything that is written down between the steps, and of the tables. It changes whenever one
 * of their forms does, or a verdict may: results of another version are not used, but made again.
 */
export const FORMAT = 1;

/** Parts of the work after the survey; the verdicts are the same for any number. */
export const PARTS = 16;

/** A capture to be read, by what it holds and by where it lies. */
export interface Input {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly hash: string;
  /** As it was called when it was submitted. */
  readonly name: string;
  /** Where the workers find it. */
  readonly path: string;
  readonly bytes: number;
  /** When it was last changed: who reads it later makes sure that it is the same still. */
  readonly changedMs: number;
}

/** A file that was submitted and could not be read. */
export interface Unreadable {
  readonly name: string;
  readonly message: string;
}

/** What is to be made into one set of tables. Its id is a hash of all that decides the result. */
export interface Plan {
  readonly id: string;
  readonly format: number;
  readonly language: Language;
  /** In the order of their hashes, each content once. */
  readonly inputs: readonly Input[];
  readonly unreadable: readonly Unreadable[];
}

/**
 * In this order; each begins when all tasks of the one before are done.
 *
 * - `digest`: a file, as far as a survey asks, with the trouble met in it.
 * - `gather`: all digests in order through one survey: who is to be followed, and what happened to
 *   many connections at once.
 * - `select`: a file again: the segments of those connections, in parts.
 * - `follow`: a part: SYNs that stayed unanswered, the one thing across connections that shows only now.
 * - `judge`: a part again: its verdicts, knowing what every other part has seen.
 * - `publish`: the summary over all.
 */
export const STAGES = ['digest', 'gather', 'select', 'follow', 'judge', 'publish'] as const;

export type Stage = (typeof STAGES)[number];

/** One piece of work, small enough to travel: which plan, which step, which capture or part. */
export interface Task {
  readonly plan: string;
  readonly stage: Stage;
  readonly index: number;
}

/** How many tasks a stage of the plan has. */
const tasksIn = (plan: Plan, stage: Stage): number => {
  switch (stage) {
    case 'digest':
    case 'select':
      return plan.inputs.length;
    case 'follow':
    case 'judge':
      return PARTS;
    case 'gather':
    case 'publish':
      return 1;
  }
};

export const tasksOf = (plan: Plan, stage: Stage): Task[] =>
  Array.from({ length: tasksIn(plan, stage) }, (_, index) => ({ plan: plan.id, stage, index }));

export const stageAfter = (stage: Stage): Stage | undefined => STAGES[STAGES.indexOf(stage) + 1];

/** What comes from a queue is somebody else's word: a task, or undefined if it is none. */
export const taskIn = (data: unknown): Task | undefined => {
  const { plan, stage, index } = (data ?? {}) as Partial<Task>;
  if (typeof plan !== 'string' || !/^[0-9a-f]{64}$/.test(plan)) return undefined;
  if (stage === undefined || !STAGES.includes(stage)) return undefined;
  if (!Number.isSafeInteger(index) || index! < 0) return undefined;
  return { plan, stage, index: index! };
};
