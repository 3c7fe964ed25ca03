import { statSync } from 'node:fs';
import type { CaptureCounts, Problem } from '../../capture/problem.ts';
import { CandidateSet } from '../../forensics/candidates.ts';
import { Survey } from '../../forensics/survey.ts';
import type { Surroundings } from '../../forensics/surroundings.ts';
import type { PacketVisitor } from '../../wire/packet.ts';
import { Digest, retell } from '../digest.ts';
import { Extract } from '../extract.ts';
import { inOrder, type Placed } from '../order.ts';
import {
  type Arrival,
  type Input,
  isReception,
  PARTS,
  type Plan,
  type Reception,
  type Task,
  tasksOf,
} from '../plan.ts';
import { judgePart, type Unanswered, unansweredIn, withUnanswered } from '../reduce.ts';
import { verdictColumns, type Whereabouts } from '../tables.ts';
import { clockOf, partsOfFiles, writeExtract } from './extract-file.ts';
import {
  type Digested,
  digestOf,
  type Gathered,
  gatheredOf,
  isDone,
  keyOf,
  places,
  workOf,
} from './library.ts';
import { parquetOf } from './parquet.ts';
import { type Judgements, publish } from './publish.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

/** How files are read. */
export interface Reading {
  /** Shows every packet to the visitor, once. */
  readonly capture: (
    path: string,
    visitor: PacketVisitor,
  ) => Promise<{ readonly counts: CaptureCounts; readonly problems: readonly Problem[] }>;
  /** SHA-256 of all bytes, in hexadecimal; or what is in the way. */
  readonly hash: (path: string) => { readonly hash: string } | { readonly message: string };
}

interface SurveyFields {
  readonly marked: CandidateSet;
  readonly surroundings: Surroundings;
}

/**
 * Does one task, unless it is done already: whoever does it twice, or in whichever order and place,
 * writes the same bytes. Throws a `StoreError` where the store or a capture stands in the way.
 */
export const runTask = async (store: Store, reading: Reading, task: Task): Promise<void> => {
  const work = workOf(store, task.work);
  const { stage, index } = task;
  if (index >= tasksOf(work, stage).length) throw new StoreError('no such task');
  if (isDone(store, work, task)) return;
  if (isReception(work)) return enter(store, reading, work, index);
  switch (stage) {
    case 'enter':
      return;
    case 'gather':
      return gather(store, work);
    case 'select':
      return select(store, reading, work, work.inputs[index]);
    case 'follow':
      return follow(store, work, index);
    case 'judge':
      return judge(store, work, index);
    case 'publish':
      return publish(store, work);
  }
};

/** What a file holds, or why nobody knows. */
const enter = async (
  store: Store,
  reading: Reading,
  { id, arrivals }: Reception,
  index: number,
): Promise<void> => {
  const arrival = arrivals[index];
  const key = keyOf(arrival);
  const read = hashed(reading, arrival);
  if ('message' in read) return store.writeJson(places.refusal(id, key), read);
  const { hash } = read;
  if (!store.has(places.digest(hash))) {
    const digested = await digest(reading, arrival);
    if ('message' in digested) return store.writeJson(places.refusal(id, key), digested);
    store.writeValue(places.digest(hash), digested);
  }
  // Written last: with it, the task is done.
  store.writeJson(places.arrival(key), { hash });
};

type Refused = { readonly message: string };

const hashed = (reading: Reading, arrival: Arrival): { readonly hash: string } | Refused => {
  const message = whyChanged(arrival);
  return message === undefined ? reading.hash(arrival.path) : { message };
};

const digest = async (reading: Reading, arrival: Arrival): Promise<Digested | Refused> => {
  const visitor = new Digest();
  const { counts, problems } = await reading.capture(arrival.path, visitor);
  const message = unreadableIn(problems) ?? whyChanged(arrival);
  if (message !== undefined) return { message };
  const { firstSeconds: seconds, firstNanos: nanos, words } = visitor;
  const first = seconds < 0 ? undefined : { seconds, nanos };
  return { counts: { ...counts }, problems, first, words };
};

const unreadableIn = (problems: readonly Problem[]): string | undefined =>
  problems.find(({ code }) => code === 'unreadable')?.message;

/** A capture is read more than once, and named by what it held: it must be the same still. */
const whyChanged = ({ path, bytes, changedMs }: Arrival): string | undefined => {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 'is no longer there';
  const isSame = status.size === bytes && status.mtimeMs === changedMs;
  return isSame ? undefined : 'has changed since it was submitted';
};

const gather = (store: Store, plan: Plan): void => {
  const digests = plan.inputs.map((input) => digestOf(store, input));
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

const select = async (store: Store, reading: Reading, plan: Plan, input: Input): Promise<void> => {
  const extract = new Extract(CandidateSet.of(surveyOf(store, plan).marked), PARTS);
  const changed = whyChanged(input);
  if (changed !== undefined) throw new StoreError(`${input.path}: ${changed}`);
  const { problems } = await reading.capture(input.path, extract);
  const trouble = unreadableIn(problems);
  if (trouble !== undefined) throw new StoreError(`${input.path}: ${trouble}`);
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
