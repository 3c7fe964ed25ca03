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
import { VerdictTable, type Whereabouts } from '../tables.ts';
import { keyOf } from './arrival.ts';
import { clockOf, partsOfFiles, writeExtract } from './extract-file.ts';
import {
  type Digested,
  digestOf,
  type Gathered,
  gatheredOf,
  isDone,
  places,
  workOf,
} from './library.ts';
import { parquetOf } from './parquet.ts';
import { type Judgements, publish, type Told } from './publish.ts';
import type { Store } from './store.ts';
import { StoreError } from './trouble.ts';

/** What a reading came to. */
export interface Read {
  readonly counts: CaptureCounts;
  readonly problems: readonly Problem[];
}

/** What was handed in is not there to be read, and why: a fact of its own, to be told as such. */
export interface Refused {
  readonly message: string;
}

/**
 * How captures are read: shows every packet to the visitor, once. Rejects with a `StoreError` where it
 * may go another time.
 */
export interface Reading {
  /** With the SHA-256 of all its bytes, in hexadecimal. */
  readonly first: (
    arrival: Arrival,
    visitor: PacketVisitor,
  ) => Promise<(Read & { readonly hash: string }) | Refused>;
  readonly again: (arrival: Arrival, visitor: PacketVisitor) => Promise<Read | Refused>;
}

interface SurveyFields {
  readonly marked: CandidateSet;
  readonly surroundings: Surroundings;
}

/** What the tasks of a plan have in common, each read once. */
class PlanFacts {
  readonly plan: Plan;
  private readonly store: Store;
  private knownGathered: Gathered | undefined = undefined;
  private knownSurvey: SurveyFields | undefined = undefined;
  private knownSurroundings: Surroundings | undefined = undefined;

  constructor(store: Store, plan: Plan) {
    this.store = store;
    this.plan = plan;
  }

  get gathered(): Gathered {
    return (this.knownGathered ??= gatheredOf(this.store, this.plan));
  }

  /** Who is to be followed. */
  get marked(): CandidateSet {
    return CandidateSet.of(this.survey.marked);
  }

  /** As the survey and all parts have seen them. */
  get surroundings(): Surroundings {
    return (this.knownSurroundings ??= withUnanswered(this.survey.surroundings, this.unanswered()));
  }

  private get survey(): SurveyFields {
    return (this.knownSurvey ??= this.store.readValue(places.survey(this.plan.id)) as SurveyFields);
  }

  private unanswered(): Unanswered[] {
    return Array.from(
      { length: PARTS },
      (_, part) => this.store.readValue(places.unanswered(this.plan.id, part)) as Unanswered,
    );
  }
}

/** Does tasks, one at a time, and remembers what those of one plan have in common. */
export class TaskRunner {
  private readonly store: Store;
  private readonly reading: Reading;
  private facts: PlanFacts | undefined = undefined;

  constructor(store: Store, reading: Reading) {
    this.store = store;
    this.reading = reading;
  }

  /**
   * Does one task, unless it is done already: whoever does it twice, or in whichever order and place,
   * writes the same bytes. Rejects with a `StoreError` where the store or a capture stands in the way.
   */
  async run(task: Task): Promise<void> {
    const { store, reading } = this;
    const work = workOf(store, task.work);
    if (task.index >= tasksOf(work, task.stage).length) throw new StoreError('no such task');
    if (isDone(store, work, task)) return;
    if (isReception(work)) return enter(store, reading, work, task.index);
    if (this.facts?.plan.id !== work.id) this.facts = new PlanFacts(store, work);
    return runOfPlan(store, reading, this.facts, task);
  }
}

const runOfPlan = async (
  store: Store,
  reading: Reading,
  facts: PlanFacts,
  { stage, index }: Task,
): Promise<void> => {
  switch (stage) {
    case 'enter':
      return;
    case 'gather':
      return gather(store, facts.plan);
    case 'select':
      return select(store, reading, facts, facts.plan.inputs[index]);
    case 'follow':
      return follow(store, facts, index);
    case 'judge':
      return judge(store, facts, index);
    case 'publish':
      return publish(store, facts.plan);
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
  const visitor = new Digest();
  const read = await reading.first(arrival, visitor);
  if ('message' in read) return store.writeJson(places.refusal(id, key), read);
  const { hash } = read;
  if (!store.has(places.digest(hash)))
    store.writeValue(places.digest(hash), digested(visitor, read));
  // Written last: with it, the task is done.
  store.writeJson(places.arrival(key), { hash });
};

const digested = (visitor: Digest, { counts, problems }: Read): Digested => {
  const { firstSeconds: seconds, firstNanos: nanos, words } = visitor;
  const first = seconds < 0 ? undefined : { seconds, nanos };
  return { counts: { ...counts }, problems, first, words };
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

const select = async (
  store: Store,
  reading: Reading,
  facts: PlanFacts,
  input: Input,
): Promise<void> => {
  const extract = new Extract(facts.marked, PARTS);
  const read = await reading.again(input, extract);
  if ('message' in read) throw new StoreError(`${input.path}: ${read.message}`);
  writeExtract(store, places.extract(facts.plan.id, input.hash), extract);
};

const follow = (store: Store, { plan, gathered }: PlanFacts, part: number): void => {
  const clock = clockOf(store, plan, gathered);
  const unanswered = unansweredIn(partsOfFiles(store, plan, gathered, part), clock);
  store.writeValue(places.unanswered(plan.id, part), unanswered);
};

const judge = (store: Store, { plan, gathered, surroundings }: PlanFacts, part: number): void => {
  const files = partsOfFiles(store, plan, gathered, part);
  const clock = clockOf(store, plan, gathered);
  const table = new VerdictTable(plan.language, whereaboutsIn(plan, gathered.order));
  const told: Told[] = [];
  const noted = judgePart(files, clock, surroundings, (verdict) => {
    const { frame, type, cause } = verdict;
    told.push({ frame, type, cause });
    table.add(verdict);
  });
  store.write(places.verdicts(plan.id, part), parquetOf(table.columns));
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
