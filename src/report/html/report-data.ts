import type { CauseId } from '../../causes/ids.ts';
import type { LadderWishes } from '../../forensics/ladder.ts';
import type { Ladder, Verdict } from '../../forensics/verdict.ts';
import { alternativesText, consequencesOf, surenessText, whoText } from '../group-text.ts';
import { group, type Group } from '../group.ts';
import { connectionsReset, type FactsOf, type Findings } from '../model.ts';
import { problemText } from '../text.ts';
import { nameOf, wordsIn, type Words } from '../words.ts';
import type { CauseData, ConnectionData, GroupData, LadderData, ReportData } from './data.ts';
import { ladderData } from './ladder-data.ts';
import { timelineOf } from './timeline.ts';
import { VerdictRows } from './verdict-rows.ts';

/** Verdicts that a page lists; the rest are only counted. */
const MOST_VERDICTS = 20_000;
/** Rows of all ladders together, and of one at least and at most. */
const ALL_ROWS = 200_000;
const FEWEST_ROWS = 24;
const MOST_ROWS = 1000;
/** Bytes of each segment, where payloads are asked for. */
const PAYLOAD_BYTES = 256;

/** How a report is to be made. */
export interface ReportOptions {
  readonly facts: FactsOf;
  readonly language: Words['language'];
  readonly version: string;
  /** Undefined: the capture's name. */
  readonly title: string | undefined;
  readonly isAnonymised: boolean;
}

/** Everything that the page shows of one capture. */
export const reportData = (
  findings: Findings,
  ladders: readonly Ladder[],
  options: ReportOptions,
): ReportData => {
  const words = wordsIn(options.language);
  const groups = group(findings.verdicts, true).told;
  const listed = listedOf(findings.verdicts, groups);
  const rows = new VerdictRows(options.language, groups);
  const verdicts = listed.map((verdict) => rows.row(verdict));
  const file = findings.file === '-' ? '' : fileNameOf(findings.file);
  return {
    language: options.language,
    title: options.title ?? nameOf(fileNameOf(findings.file), words),
    file,
    version: options.version,
    isAnonymised: options.isAnonymised,
    headline: words.headline(findings.summary, connectionsReset(findings.verdicts)),
    problems: problemsOf(findings, words),
    notes: findings.summary.notes.map((note) => note[words.language]),
    nothing: isHarmless(groups) ? words.nothing(findings.summary, groups.length > 0) : [],
    causes: causesOf(groups, listed, options),
    timeline: timelineOf(groups, (verdict) => rows.secondsOf(verdict)) ?? null,
    groups: groups.map((one) => groupData(one, listed.indexOf(one.example), words, options.facts)),
    verdicts,
    omittedVerdicts: findings.verdicts.length - listed.length,
    connections: connectionsOf(listed),
    texts: rows.texts,
    ladders: laddersOf(ladders, listed),
  };
};

/** Which ladders a report on these verdicts shows, and how much of each. */
export const laddersWanted = (verdicts: readonly Verdict[], withPayload: boolean): LadderWishes => {
  const of = new Map<number, Set<number>>();
  for (const { connection, frame, evidence } of listedOf(verdicts, group(verdicts, true).told)) {
    const frames = of.get(connection.id) ?? new Set();
    of.set(connection.id, frames.add(frame));
    for (const seen of evidence) if (seen.frame > 0) frames.add(seen.frame);
  }
  const fair = Math.floor(ALL_ROWS / Math.max(1, of.size));
  const room = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, fair));
  const head = Math.floor(room / 4);
  return { of, head, tail: room - head, payloadBytes: withPayload ? PAYLOAD_BYTES : 0 };
};

const isHarmless = (groups: readonly Group[]): boolean =>
  groups.every(({ example }) => example.benign);

/** All verdicts, or of very many the first of each group, as long as there is room. */
const listedOf = (verdicts: readonly Verdict[], groups: readonly Group[]): readonly Verdict[] => {
  if (verdicts.length <= MOST_VERDICTS) return verdicts;
  const share = Math.floor(MOST_VERDICTS / groups.length);
  const kept = groups.flatMap((one) => [one.example, ...one.verdicts.slice(0, share)]);
  return [...new Set(kept)].toSorted((a, b) => a.frame - b.frame);
};

/** Folders are nobody's business but the writer's. */
const fileNameOf = (file: string): string => file.replace(/^.*[/\\](?=[^/\\])/, '');

const problemsOf = ({ interrupted, summary }: Findings, words: Words): string[] => {
  const problems = summary.problems.map((problem) => problemText(problem, words));
  return interrupted ? [words.interrupted, ...problems] : problems;
};

const groupData = (one: Group, example: number, words: Words, facts: FactsOf): GroupData => {
  const { receiverSaw, senderSaw, effects, lost } = consequencesOf(one, words);
  return {
    cause: one.cause,
    isBenign: one.example.benign,
    tally: words.tally(one),
    sureness: surenessText(one, words),
    confidence: one.example.confidence,
    count: one.verdicts.length,
    who: whoText(one, words),
    senderRole: one.senderRole,
    receiverSaw,
    senderSaw,
    effects,
    lost: lost ?? null,
    couldBe: alternativesText(one, { words, facts }),
    example,
  };
};

const causesOf = (
  groups: readonly Group[],
  listed: readonly Verdict[],
  { facts, language }: ReportOptions,
): Record<string, CauseData> => {
  const met = new Set<CauseId>(groups.map(({ cause }) => cause));
  for (const { cause, alternatives } of listed) {
    met.add(cause);
    for (const alternative of alternatives) met.add(alternative.cause);
  }
  const data = (id: CauseId): CauseData => {
    const { title, summary, advice, sources } = facts[id].facts;
    const told = advice.map((one) => one[language]);
    return { title: title[language], summary: summary[language], advice: told, sources };
  };
  return Object.fromEntries([...met].map((id) => [id, data(id)]));
};

const connectionsOf = (verdicts: readonly Verdict[]): Record<number, ConnectionData> =>
  Object.fromEntries(
    verdicts.map(({ connection: { id, communityId, client, server } }) => [
      id,
      { communityId, client, server },
    ]),
  );

const laddersOf = (
  ladders: readonly Ladder[],
  listed: readonly Verdict[],
): Record<number, LadderData> => {
  const wanted = new Set(listed.map(({ connection }) => connection.id));
  return Object.fromEntries(
    ladders
      .filter(({ connection }) => wanted.has(connection.id))
      .map(({ connection, rows }) => [connection.id, ladderData(rows)]),
  );
};
