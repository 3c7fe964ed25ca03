import type { Language } from '../causes/text.ts';

/**
 * Of everything that is written down between the steps, and of the tables. It changes whenever one
 * of their forms does, or a verdict may: results of another version are not used, but made again.
 */
export const FORMAT = 1;

/** Parts of the work after the survey; the verdicts are the same for any number. */
export const PARTS = 16;

/**
 * A file or an object that was handed in, as it was then: who reads it later makes sure that it is the
 * same still.
 */
export interface Arrival {
  /** As it was called when it was submitted. */
  readonly name: string;
  /** Where the workers find it: a path, or `s3://bucket/key`. */
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
  /** Of an object in a bucket; a file has none. */
  readonly etag?: string;
}

/** A capture to be read, by what it holds and by where it lies. */
export interface Input extends Arrival {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly hash: string;
}

/** A file that was submitted and could not be read. */
export interface Unreadable {
  readonly name: string;
  readonly message: string;
}

/** Files of one submission of which nobody knows yet what they hold. */
export interface Reception {
  readonly id: string;
  readonly format: number;
  readonly arrivals: readonly Arrival[];
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

/** What can be cut into tasks. */
export type Work = Reception | Plan;

/**
 * In this order; each begins when all tasks of the one before are done. The first is a reception's, the
 * others a plan's.
 *
 * - `enter`: a file: its hash, and as much of it as a survey asks, with the trouble met in it.
 * - `gather`: all digests in order through one survey: who is to be followed, and what happened to
 *   many connections at once.
 * - `select`: a file again: the segments of those connections, in parts.
 * - `follow`: a part: SYNs that stayed unanswered, the one thing across connections that shows only now.
 * - `judge`: a part again: its verdicts, knowing what every other part has seen.
 * - `publish`: the summary over all.
 */
export const STAGES = ['enter', 'gather', 'select', 'follow', 'judge', 'publish'] as const;

export type Stage = (typeof STAGES)[number];

export const isReception = (work: Work): work is Reception => 'arrivals' in work;

export const stagesOf = (work: Work): readonly Stage[] =>
  isReception(work) ? STAGES.slice(0, 1) : STAGES.slice(1);

/** One piece of work, small enough to travel: of what, which step, which file or part. */
export interface Task {
  /** The id of the plan or the reception. */
  readonly work: string;
  readonly stage: Stage;
  readonly index: number;
}

const tasksIn = (work: Work, stage: Stage): number => {
  if (isReception(work)) return stage === 'enter' ? work.arrivals.length : 0;
  switch (stage) {
    case 'enter':
      return 0;
    case 'select':
      return work.inputs.length;
    case 'follow':
    case 'judge':
      return PARTS;
    case 'gather':
    case 'publish':
      return 1;
  }
};

export const tasksOf = (work: Work, stage: Stage): Task[] =>
  Array.from({ length: tasksIn(work, stage) }, (_, index) => ({ work: work.id, stage, index }));

/** The stage that follows in the same work; undefined after its last. */
export const stageAfter = (work: Work, stage: Stage): Stage | undefined => {
  const stages = stagesOf(work);
  return stages[stages.indexOf(stage) + 1];
};

/** What comes from a queue is somebody else's word: a task, or undefined if it is none. */
export const taskIn = (data: unknown): Task | undefined => {
  const { work, stage, index } = (data ?? {}) as Partial<Task>;
  if (typeof work !== 'string' || !/^[0-9a-f]{64}$/.test(work)) return undefined;
  if (stage === undefined || !STAGES.includes(stage)) return undefined;
  if (!Number.isSafeInteger(index) || index! < 0) return undefined;
  return { work, stage, index: index! };
};
