import { statSync } from 'node:fs';
import { type CaptureCounts, noCounts, type Problem } from '../../capture/problem.ts';
import { CandidateSet } from '../../forensics/candidates.ts';
import { Survey } from '../../forensics/survey.ts';
import type { Surroundings } from '../../forensics/surroundings.ts';
import type { PacketVisitor } from '../../wire/packet.ts';
import { Digest, retell } from '../digest.ts';
import { Extract } from '../extract.ts';
import { inOrder, type Placed } from '../order.ts';
import { type Input, PARTS, type Plan, type Task, tasksOf } from '../plan.ts';
import { judgePart, type Unanswered, unansweredIn, withUnanswered } from '../reduce.ts';
import { verdictColumns, type Whereabouts } from '../tables.ts';
import { clockOf, partsOfFiles, writeExtract } from './extract-file.ts';
import {
  type Digested,
  digestOf,
  type Gathered,
  gatheredOf,
  isDone,
  places,
  planOf,
} from './library.ts';
import { parquetOf } from './parquet.ts';
import { type Judgements, publish } from './publish.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

/** How a capture is read: shows every packet to the visitor, once. */
export type ReadCapture = (
  path: string,
  visitor: PacketVisitor,
) => Promise<{ readonly counts: CaptureCounts; readonly problems: readonly Problem[] }>;

interface SurveyFields {
  readonly marked: CandidateSet;
  readonly surroundings: Surroundings;
}

/**
 * Does one task, unless it is done already: whoever does it twice, or in whichever order and place,
 * writes the same bytes. Throws a `StoreError` where the store or a capture stands in the way.
 */
export const runTask = async (store: Store, read: ReadCapture, task: Task): Promise<void> => {
  const plan = planOf(store, task.plan);
  if (task.index >= tasksOf(plan, task.stage).length) throw new StoreError('no such task');
  if (isDone(store, plan, task)) return;
  switch (task.stage) {
    case 'digest':
      return digest(store, read, plan, plan.inputs[task.index]);
    case 'gather':
      return gather(store, plan);
    case 'select':
      return select(store, read, plan, plan.inputs[task.index]);
    case 'follow':
      return follow(store, plan, task.index);
    case 'judge':
      return judge(store, plan, task.index);
    case 'publish':
      return publish(store, plan);
  }
};

const digest = async (store: Store, read: ReadCapture, plan: Plan, input: Input): Promise<void> => {
  const visitor = new Digest();
  const why = whyChanged(input);
  const { counts, problems } = why === undefined ? await read(input.path, visitor) : unread(why);
  const isUnread = why !== undefined || problems.some(({ code }) => code === 'unreadable');
  const { firstSeconds: seconds, firstNanos: nanos, words } = visitor;
  const first = seconds < 0 ? undefined : { seconds, nanos };
  const digested: Digested = { counts: { ...counts }, problems, first, words };
  const { hash } = input;
  store.writeValue(isUnread ? places.unread(plan.id, hash) : places.digest(hash), digested);
};

const unread = (message: string): { counts: CaptureCounts; problems: Problem[] } => ({
  counts: noCounts(),
  problems: [{ code: 'unreadable', frame: 0, offset: 0, message, fatal: true }],
});

/** A capture is read twice, and named by what it held: it must be the same still. */
const whyChanged = ({ path, bytes, changedMs }: Input): string | undefined => {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 'is no longer there';
  const isSame = status.size === bytes && status.mtimeMs === changedMs;
  return isSame ? undefined : 'has changed since it was submitted';
};

const gather = (store: Store, plan: Plan): void => {
  const digests = plan.inputs.map((input) => digestOf(store, plan, input));
  const order = inOrder(digests.map((one, at) => ({ ...one, name: plan.inputs[at].name })));
  const survey = new Survey();
  for (const { input } of order) retell(digests[input].words, survey);
  survey.finish();
  const { marked, surroundings, connections } = survey;
  store.writeValue(places.survey(plan.id), { marked, surroundings } satisfies SurveyFields);
  // Written last: with it, the task is done.
  const facts = digests.map(({ counts, problems }) => ({ counts, problems }));
  store.writeValue(places.order(plan.id), { order, facts, connections } satisfies Gathered);
};

const surveyOf = (store: Store, plan: Plan): SurveyFields =>
  store.readValue(places.survey(plan.id)) as SurveyFields;

const select = async (store: Store, read: ReadCapture, plan: Plan, input: Input): Promise<void> => {
  const extract = new Extract(CandidateSet.of(surveyOf(store, plan).marked), PARTS);
  if (!store.has(places.unread(plan.id, input.hash))) {
    const why = whyChanged(input);
    const { problems } = why === undefined ? await read(input.path, extract) : unread(why);
    const trouble = problems.find(({ code }) => code === 'unreadable');
    if (trouble !== undefined) throw new StoreError(`${input.path}: ${trouble.message}`);
  }
  writeExtract(store, places.extract(plan.id, input.hash), extract);
};

const follow = (store: Store, plan: Plan, part: number): void => {
  const gathered = gatheredOf(store, plan);
  const clock = clockOf(store, plan, gathered);
  const unanswered = unansweredIn(partsOfFiles(store, plan, gathered, part), clock);
  store.writeValue(places.unanswered(plan.id, part), unanswered);
};

const judge = (store: Store, plan: Plan, part: number): void => {
  const gathered = gatheredOf(store, plan);
  const others = Array.from(
    { length: PARTS },
    (_, at) => store.readValue(places.unanswered(plan.id, at)) as Unanswered,
  );
  const surroundings = withUnanswered(surveyOf(store, plan).surroundings, others);
  const files = partsOfFiles(store, plan, gathered, part);
  const clock = clockOf(store, plan, gathered);
  const { verdicts, noted } = judgePart(files, clock, surroundings);
  const whereabouts = whereaboutsIn(plan, gathered.order);
  const columns = verdictColumns(verdicts, plan.language, whereabouts);
  store.write(places.verdicts(plan.id, part), parquetOf(columns));
  const told = verdicts.map(({ frame, type, cause }) => ({ frame, type, cause }));
  store.writeValue(places.judged(plan.id, part), { noted, told } satisfies Judgements);
};

/** By the last capture that begins before the frame. */
const whereaboutsIn =
  (plan: Plan, order: readonly Placed[]): Whereabouts =>
  (frame) => {
    let low = 0;
    let high = order.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (order[middle].framesBefore < frame) low = middle;
      else high = middle - 1;
    }
    const { input, framesBefore } = order[low];
    return { capture: plan.inputs[input].name, frame: frame - framesBefore };
  };
