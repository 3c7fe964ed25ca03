import type { Scenario, Variant } from '../causes/scenario.ts';
import { SCENARIOS } from '../causes/scenarios.ts';
import type { Language } from '../causes/text.ts';
import type { LadderRow } from '../forensics/verdict.ts';
import { Sheet } from '../report/sheet.ts';
import type { TextOptions } from '../report/text.ts';
import { padEnd, widthOf, wrap } from '../report/width.ts';
import { FIN, RST } from '../wire/packet.ts';
import { ladderOf } from './detective.ts';
import type { Run } from './run.ts';
import { runScenario } from './run-scenario.ts';
import { flagsText, outcomeText } from './tell-words.ts';
import { labWordsIn } from './words.ts';

/** The same traffic, ended in the one way and in the other. */
const CLOSED_BY_FIN = ['normal-close', 'unsent'] as const;
const CLOSED_BY_RST = ['linger-zero', 'unsent'] as const;

/** One line of the table: what is compared, and how it went in each run. */
interface Row {
  readonly title: Readonly<Record<Language, string>>;
  readonly of: (ending: Ending, language: Language) => string;
}

/** What a run showed of its end. */
interface Ending {
  readonly run: Run;
  /** From the first FIN or RST on, as the closing server saw it. */
  readonly rows: readonly LadderRow[];
  readonly written: number;
  readonly delivered: number;
}

/** What each is for: the one thing here that no run can show. */
const PURPOSES = {
  fin: {
    en: 'nothing more to send; the other direction may go on',
    zh: '不再发送数据，另一方向还可以继续',
  },
  rst: {
    en: 'the connection is over at once, in both directions',
    zh: '连接立即结束，两个方向都作废',
  },
} as const;

const isAbort = ({ rows }: Ending): boolean => ((rows[0]?.flags ?? 0) & RST) !== 0;

const ROWS: readonly Row[] = [
  {
    title: { en: 'Purpose', zh: '目的' },
    of: (ending, language) => PURPOSES[isAbort(ending) ? 'rst' : 'fin'][language],
  },
  {
    title: { en: 'Calls of the closer', zh: '关闭方的调用' },
    of: (ending, language) => callsOn(ending, 'server', language),
  },
  {
    title: { en: 'Segments to the end', zh: '结束所用的报文' },
    of: ({ rows }) =>
      tally(rows.map(({ flags, fromClient }) => `${fromClient ? '→' : '←'} ${flagsText(flags)}`)),
  },
  {
    title: { en: 'Acknowledged', zh: '是否被确认' },
    of: ({ rows }) => (isAcknowledged(rows) ? '✓' : '–'),
  },
  {
    title: { en: 'Time that it took', zh: '耗时' },
    of: ({ rows }) =>
      `${(((rows.at(-1)?.atSeconds ?? 0) - (rows[0]?.atSeconds ?? 0)) * 1000).toFixed(0)} ms`,
  },
  {
    title: { en: 'Data written, and delivered', zh: '写入与送达的数据' },
    of: ({ written, delivered }) => `${written} bytes, ${delivered}`,
  },
  {
    title: { en: 'What the peer was told', zh: '对端得到的结果' },
    of: (ending, language) => callsOn(ending, 'client', language),
  },
  {
    title: { en: 'What the engine told', zh: '引擎的记录' },
    of: ({ run }) => tally(run.told.map(({ who, event }) => `${who} ${event.kind}`)),
  },
];

/** Each with how often it occurs, in the order met. */
const tally = (words: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const told = [...counts].map(([word, count]) => (count === 1 ? word : `${word} × ${count}`));
  return told.length === 0 ? '–' : told.join(', ');
};

/** The peer acknowledged the first segment of the end, FIN included. */
const isAcknowledged = ([first, ...after]: readonly LadderRow[]): boolean => {
  if (first === undefined) return false;
  const end = first.seq + first.length;
  return after.some((row) => row.fromClient !== first.fromClient && row.ack > end);
};

/** FIN against RST, from two runs of the same traffic. */
export const compareClosings = (options: TextOptions): string => {
  const { language } = options.words;
  const words = labWordsIn(language);
  const sheet = new Sheet(options.width, options.paint);
  const [fin, rst] = [endingOf(CLOSED_BY_FIN), endingOf(CLOSED_BY_RST)];
  const title = Math.max(...ROWS.map((row) => widthOf(row.title[language]))) + 2;
  const column = Math.max(16, Math.floor((options.width - title - 2) / 2));
  const line = (head: string, left: string, right: string): string =>
    `${padEnd(head, title)}${padEnd(left, column)}  ${right}`.trimEnd();
  sheet.line(options.paint('label', line('', words.fin, words.rst)));
  for (const row of ROWS) {
    const [left, right] = [
      wrap(row.of(fin, language), column),
      wrap(row.of(rst, language), column),
    ];
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      sheet.line(line(at === 0 ? row.title[language] : '', left[at] ?? '', right[at] ?? ''));
    }
  }
  return sheet.toString();
};

const endingOf = ([id, name]: readonly [string, string]): Ending => {
  const [scenario, variant] = find(id, name);
  const run = runScenario(scenario, variant, { seed: 1, family: 4, timestamps: true, sysctls: [] });
  const all = ladderOf(run.recordings.server.capture, 1)?.rows ?? [];
  const rows = all.filter((row) => 'frame' in row);
  const begin = rows.findIndex(({ flags }) => (flags & (FIN | RST)) !== 0);
  return {
    run,
    rows: begin < 0 ? [] : rows.slice(begin),
    written: bytesBy(run, 'write', 'server'),
    delivered: bytesBy(run, 'read', 'client'),
  };
};

const find = (id: string, name: string): [Scenario, Variant] => {
  const scenario = SCENARIOS.find((one) => one.id === id);
  const variant = scenario?.variants.find((one) => one.name === name);
  if (scenario === undefined || variant === undefined)
    throw new Error(`no scenario ${id}, ${name}`);
  return [scenario, variant];
};

const bytesBy = ({ calls }: Run, call: string, socket: string): number =>
  calls
    .filter((one) => one.call === call && one.socket === socket)
    .reduce((sum, { outcome }) => sum + (typeof outcome === 'number' ? outcome : 0), 0);

const callsOn = ({ run }: Ending, socket: string, language: Language): string =>
  run.calls
    .filter((one) => one.socket === socket && one.call !== 'connect' && one.call !== 'accept')
    .map(({ call, outcome }) => `${call}: ${outcomeText(outcome, language)}`)
    .join(', ');
