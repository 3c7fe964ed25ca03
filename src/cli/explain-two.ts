import { CATALOGUE } from '../causes/catalogue.ts';
import { text } from '../causes/text.ts';
import { Investigation } from '../forensics/investigation.ts';
import type { End } from '../forensics/two-ends/pair.ts';
import { Tape } from '../forensics/two-ends/tape.ts';
import { twoLadder } from '../forensics/two-ends/two-ladder.ts';
import { combined, type TwoEndedVerdict, witnessOf } from '../forensics/two-ends/two-ends.ts';
import type { Witness } from '../forensics/two-ends/witness.ts';
import type { Summary, Verdict } from '../forensics/verdict.ts';
import { type Complaint, complain, isComplaint } from '../reading/complaint.ts';
import { isDamaged } from '../reading/damage.ts';
import type { Operator } from '../reading/operator.ts';
import { readAgain } from '../reading/read-again.ts';
import { type Pass, problemsIn } from '../reading/read-capture.ts';
import { JsonRows } from '../report/json.ts';
import { problemText, textReport } from '../report/text.ts';
import { twoLadderText } from '../report/two-ends/two-ladder-text.ts';
import { type TwoEndsWords, twoEndsWordsIn } from '../report/two-ends/words.ts';
import { wordsIn } from '../report/words.ts';
import { atTerminal } from './at-terminal.ts';
import { DONE, INTERRUPTED, WRONG } from './exit-codes.ts';
import type { ExplainOptions } from './explain.ts';
import { Output, tell } from './output.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';

type Both<T> = Readonly<Record<End, T>>;
const ENDS: readonly End[] = ['client', 'server'];

/** `resetlab explain --client A --server B`: two captures of one path; returns the exit code. */
export const explainTwo = async (files: Both<string>, options: ExplainOptions): Promise<number> => {
  const operator = atTerminal();
  const output = new Output();
  const found = await investigateBoth(files, operator, languageOf(options.lang));
  if (isComplaint(found)) {
    tell(found.complaint);
    return WRONG;
  }
  if (operator.interrupt.asked) return INTERRUPTED;
  const told = options.json === true ? rows(found, files, options) : report(found, files, options);
  if (isComplaint(told)) {
    tell(told.complaint);
    return WRONG;
  }
  await output.write(told.text);
  await output.flush();
  const damaged = ENDS.some((end) => isDamaged(found.summaries[end].problems));
  return damaged ? WRONG : DONE;
};

interface Found {
  readonly tapes: Both<Tape>;
  readonly witness: Witness;
  readonly summaries: Both<Summary>;
  readonly verdicts: readonly TwoEndedVerdict[];
}

/** Two passes over each: what is there, and then what it means with the other at hand. */
const investigateBoth = async (
  files: Both<string>,
  operator: Operator,
  language: 'en' | 'zh',
): Promise<Found | Complaint> => {
  const tapes = { client: new Tape(), server: new Tape() };
  const taped: Partial<Record<End, Pass>> = {};
  for (const end of ENDS) {
    const pass = await readAgain(files[end], tapes[end], operator);
    if (isComplaint(pass)) return pass;
    taped[end] = pass;
    const problems = problemsIn(pass);
    for (const one of problems) tell(`${files[end]}: ${problemText(one, wordsIn(language))}`);
    if (pass.reader.counts.packets === 0 && isDamaged(problems)) {
      return complain(`${files[end]}: nothing of it can be read`);
    }
  }
  const { client, server } = taped as Both<Pass>;
  const counts = { client: client.reader.counts, server: server.reader.counts };
  const witness = witnessOf(tapes, counts);
  const ofClient = await investigated('client', files.client, witness, operator);
  if (isComplaint(ofClient)) return ofClient;
  const ofServer = await investigated('server', files.server, witness, operator);
  if (isComplaint(ofServer)) return ofServer;
  const summaries = { client: ofClient.summary, server: ofServer.summary };
  const verdicts = combined({ client: ofClient.verdicts, server: ofServer.verdicts }, witness);
  return { tapes, witness, summaries, verdicts };
};

const investigated = async (
  end: End,
  file: string,
  witness: Witness,
  operator: Operator,
): Promise<{ readonly verdicts: Verdict[]; readonly summary: Summary } | Complaint> => {
  const investigation = new Investigation({
    otherEnd: (frame, trigger) => witness.onReset(end, frame, trigger),
  });
  const pass = await readAgain(file, investigation, operator);
  if (isComplaint(pass)) return pass;
  const conclusion = investigation.conclude(pass.reader.counts, problemsIn(pass));
  const verdicts = [...conclusion];
  return { verdicts, summary: conclusion.summary };
};

/** The rows of `explain --json`: `file` says whose frames are meant, `frames` where the reset is in both. */
const rows = (found: Found, files: Both<string>, options: ExplainOptions): { text: string } => {
  const language = languageOf(options.lang);
  const writers = {
    client: new JsonRows(language, files.client),
    server: new JsonRows(language, files.server),
  };
  const lines = found.verdicts.map(({ end, verdict, frames }) => {
    const both = { client: frames.client ?? null, server: frames.server ?? null };
    return `${writers[end].row(verdict).trimEnd().slice(0, -1)},"frames":${JSON.stringify(both)}}\n`;
  });
  const summaries = ENDS.map((end) => writers[end].summary(found.summaries[end]));
  const { clocks, losses, pairs } = found.witness;
  const ends = { type: 'two-ends', connections: pairs.length, clocks: clocks ?? null, losses };
  return { text: [...lines, ...summaries, `${JSON.stringify(ends)}\n`].join('') };
};

const report = (
  found: Found,
  files: Both<string>,
  options: ExplainOptions,
): { text: string } | Complaint => {
  const language = languageOf(options.lang);
  const words = wordsIn(language);
  const ends = twoEndsWordsIn(language);
  const paint = paintFor(options.color);
  const width = widthOf(options.width);
  const { client } = found.summaries;
  const asked = options.connection;
  const verdicts = found.verdicts
    .filter(({ verdict }) => asked === undefined || verdict.connection.id === asked)
    .map((one) => tagged(one, ends));
  const ladder = asked === undefined ? [] : ladderOf(found, asked, ends, paint, width);
  if (asked !== undefined && ladder.length === 0) {
    return complain(
      `connection ${asked} (its first frame in ${files.client}) is not in both captures`,
    );
  }
  const resets = found.verdicts.filter(({ verdict }) => verdict.type === 'reset').length;
  const failures = found.verdicts.length - resets;
  const findings = {
    file: `${files.client}${ends.and}${files.server}`,
    verdicts,
    summary: { ...client, resets, failures, notes: [...client.notes, ...notes(found, files)] },
    interrupted: false,
    ladder: undefined,
  };
  const how = { facts: CATALOGUE, words, paint, width, all: options.all === true };
  const drawn = ladder.length === 0 ? '' : `\n${ladder.join('\n')}\n`;
  return { text: textReport(findings, how) + drawn };
};

/** What is true of both captures, and how far they can be believed. */
const notes = ({ tapes, witness }: Found, files: Both<string>) => {
  const said = (language: 'en' | 'zh'): string[] => {
    const words = twoEndsWordsIn(language);
    if (ENDS.some((end) => tapes[end].overflowed)) return [words.tooLarge];
    const both = witness.pairs.length;
    const [client, server] = [tapes.client, tapes.server].map(
      ({ connections }) => connections.length - both,
    );
    return [
      words.joined(both, client ?? 0, server ?? 0),
      words.clocks(witness.clocks),
      ...ENDS.map((end) => words.losses(files[end], witness.losses[end])),
    ];
  };
  const zh = said('zh');
  return said('en').map((en, index) => text(en, zh[index] ?? en));
};

/** Frames are numbered by each capture for itself, so that every observation says whose it is. */
const tagged = ({ end, verdict }: TwoEndedVerdict, words: TwoEndsWords): Verdict => ({
  ...verdict,
  evidence: verdict.evidence.map((one) => ({
    ...one,
    say: text(`[${words.end[end]}] ${one.say.en}`, `[${words.end[end]}] ${one.say.zh}`),
  })),
});

const ladderOf = (
  { tapes, witness }: Found,
  id: number,
  words: TwoEndsWords,
  paint: ReturnType<typeof paintFor>,
  width: number,
): string[] => {
  const index = witness.connectionAt('client', id);
  const pair = witness.pairs.find((one) => one.connection('client').index === index);
  if (index === undefined || pair === undefined) return [];
  const { names } = pair.connection('client');
  const clientSide = pair.endOf('client', 0) === 'client' ? 0 : 1;
  const named = { client: names[clientSide], server: names[clientSide === 0 ? 1 : 0] };
  return twoLadderText(twoLadder(pair, tapes, witness), named, words, paint, width);
};
