import { availableParallelism } from 'node:os';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Language } from '../causes/text.ts';
import { workAlone } from '../fleet/machine/alone.ts';
import { fileHanded, type Handed, objectHanded } from '../fleet/machine/arrival.ts';
import { isS3 } from '../fleet/machine/s3/address.ts';
import { s3Objects } from '../fleet/machine/s3/s3.ts';
import { S3Error } from '../fleet/machine/s3/trouble.ts';
import type { Database } from '../fleet/machine/database.ts';
import { makeCurrent } from '../fleet/machine/current.ts';
import { currentOf, openStore, places } from '../fleet/machine/library.ts';
import { Store } from '../fleet/machine/store.ts';
import { QueryError, RedisError, StoreError } from '../fleet/machine/trouble.ts';
import { planned, receptionOf } from '../fleet/machine/submission.ts';
import type { Plan, Work } from '../fleet/plan.ts';
import { fleetWords, totalsLine } from '../fleet/words.ts';
import type { Summary } from '../forensics/verdict.ts';
import { reasonOf } from '../reading/errno-words.ts';
import { isDamaged } from '../reading/damage.ts';
import { JsonRows } from '../report/json.ts';
import { problemText } from '../report/text.ts';
import { wordsIn } from '../report/words.ts';
import { capturesNamed } from './captures-named.ts';
import { DONE, WRONG } from './exit-codes.ts';
import { fleetCrew } from './fleet-crew.ts';
import { FleetProgress } from './fleet-progress.ts';
import { Output, tell } from './output.ts';
import { languageOf } from './terminal.ts';

export interface SubmitOptions {
  readonly store: string;
  readonly redis?: string;
  readonly threads?: number;
  readonly json?: true;
  readonly lang?: string;
}

/** `resetlab submit`: until all verdicts are there; returns the exit code. */
export const submit = async (words: readonly string[], options: SubmitOptions): Promise<number> => {
  const language = languageOf(options.lang);
  const handed = await handedBy(words, language);
  if (typeof handed === 'string') {
    tell(handed);
    return WRONG;
  }
  const progress = new FleetProgress(language);
  try {
    const store = new Store(options.store);
    openStore(store);
    const plan = await worked(store, handed, options, language, progress);
    makeCurrent(store, plan);
    progress.erase();
    return await answer(store, plan, options, language);
  } catch (error) {
    progress.erase();
    const isExpected =
      error instanceof StoreError || error instanceof QueryError || error instanceof RedisError;
    if (!isExpected) throw error;
    tell(error.message);
    return WRONG;
  }
};

/** What is meant, in its order; or what is wrong with the words. */
const handedBy = async (
  words: readonly string[],
  language: Language,
): Promise<Handed[] | string> => {
  const handed: Handed[] = [];
  for (const word of words) {
    const named = isS3(word) ? await s3Objects(word) : capturesNamed(word);
    if (named instanceof S3Error) return `${word}: ${named.message}`;
    if (!isS3(word) && /^[a-z\d]+:\/\//i.test(word)) {
      return `${word}: ${fleetWords.elsewhere[language]}`;
    }
    if (named.length === 0) return `${word}: ${fleetWords.noMatch[language]}`;
    for (const one of named) {
      handed.push(typeof one === 'string' ? fileHanded(one, reasonOf) : objectHanded(one));
    }
  }
  return handed;
};

/** First what the files hold, then what it means together with all that the store knows. */
const worked = async (
  store: Store,
  handed: readonly Handed[],
  options: SubmitOptions,
  language: Language,
  progress: FleetProgress,
): Promise<Plan> => {
  const hands = await handsFor(store, options, language, progress);
  try {
    const reception = receptionOf(store, handed);
    await hands.work(reception);
    const plan = await planned(store, handed, reception, language);
    await hands.work(plan);
    return plan;
  } finally {
    await hands.close();
  }
};

/** Who does the work: others, by way of Redis, or threads here. */
interface Hands {
  readonly work: (work: Work) => Promise<void>;
  readonly close: () => Promise<void>;
}

const handsFor = async (
  store: Store,
  { redis, threads }: SubmitOptions,
  language: Language,
  progress: FleetProgress,
): Promise<Hands> => {
  if (redis !== undefined) {
    const { workByOthers } = await import('../fleet/machine/by-others.ts');
    const say = (what: 'waiting' | 'back') => progress.say(fleetWords[what][language]);
    return {
      work: (work) => workByOthers(store, work, redis, progress.tell, say),
      close: () => Promise.resolve(),
    };
  }
  const crew = fleetCrew(store, threads ?? availableParallelism());
  return {
    work: (work) => workAlone(store, work, crew, progress.tell),
    close: () => crew.dismiss(),
  };
};

const answer = async (
  store: Store,
  plan: Plan,
  { json }: SubmitOptions,
  language: Language,
): Promise<number> => {
  // Where others have submitted more meanwhile, what the store says now is the answer.
  const id = store.has(places.summary(plan.id)) ? plan.id : (currentOf(store)?.plan ?? plan.id);
  const summary = store.readJson(places.summary(id)) as Summary;
  for (const { name, message } of plan.unreadable) tell(`${name}: ${message}`);
  if (summary.problems.length > 0) await tellProblems(store, id, language);
  const output = new Output();
  if (json === true) await writeRows(store, id, summary, output, language);
  else await output.write(report(store, plan, summary, language));
  await output.flush();
  return plan.unreadable.length > 0 || isDamaged(summary.problems) ? WRONG : DONE;
};

/** The database is loaded for who asks it: that takes as long as all the rest. */
const tablesOf = async (store: Store, id: string): Promise<Database> => {
  const { Database: Tables } = await import('../fleet/machine/database.ts');
  return Tables.over(store, id);
};

/** Which capture a problem is of, the tables know. */
const tellProblems = async (store: Store, id: string, language: Language): Promise<void> => {
  const words = wordsIn(language);
  const database = await tablesOf(store, id);
  const { rows } = await database.ask(
    "SELECT capture, code, frame, byte_offset, message, fatal FROM problems WHERE frame + byte_offset > 0 OR code <> 'unreadable'",
  );
  for await (const [capture, code, frame, offset, message, fatal] of rows) {
    const problem = { code, frame, offset, message, fatal } as Summary['problems'][number];
    tell(`${capture}: ${problemText(problem, words)}`);
  }
  database.close();
};

const writeRows = async (
  store: Store,
  id: string,
  summary: Summary,
  output: Output,
  language: Language,
): Promise<void> => {
  const database = await tablesOf(store, id);
  const { rows } = await database.ask('SELECT json FROM verdicts ORDER BY frame');
  for await (const [row] of rows) await output.write(`${String(row)}\n`);
  database.close();
  await output.write(new JsonRows(language).summary(summary));
};

const report = (store: Store, plan: Plan, summary: Summary, language: Language): string => {
  const causes = Object.entries(summary.byCause) as [CauseId, number][];
  const most = causes.toSorted(([, a], [, b]) => b - a);
  const lines = [
    totalsLine(plan.inputs.length, summary, language),
    '',
    ...most.map(([cause, count]) => {
      const title = CATALOGUE[cause].facts.title[language];
      return `${String(count).padStart(9)}  ${cause.padEnd(26)}  ${title}`;
    }),
    ...(most.length === 0 ? [] : ['']),
    `${fleetWords.ask[language]} resetlab query --store ${store.directory} ` +
      '"select cause, count(*) from verdicts group by cause"',
  ];
  return `${lines.join('\n')}\n`;
};
