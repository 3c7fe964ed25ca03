import { Intake } from '../../../forensics/intake.ts';
import { Investigation } from '../../../forensics/investigation.ts';
import { Survey } from '../../../forensics/survey.ts';
import type { Ladder, Verdict } from '../../../forensics/verdict.ts';
import type { Compression } from '../../../capture/magic.ts';
import { laddersWanted } from '../../../report/html/report-data.ts';
import type { Findings } from '../../../report/model.ts';
import type { CaptureFile } from './pieces.ts';
import { compressionOf, type OnPiece, type Pass, readFile } from './read-file.ts';

/** How far the reading is, for the verdicts or, after these, for the ladders. */
export interface Progress {
  /** Of all passes together, as bytes of the file. */
  readonly bytes: number;
  readonly allBytes: number;
  /** In the pass under way. */
  readonly packets: number;
}

/** What a capture came to. */
export interface Analysed {
  readonly findings: Findings;
  /** Reads it once more, for the segments of the connections concerned. */
  readonly readLadders: () => Promise<readonly Ladder[]>;
}

type Tell = (progress: Progress) => void;

/** As `resetlab report` reads a file: plain ones twice for the verdicts, compressed ones once. */
export const analyse = async (file: CaptureFile, tell: Tell): Promise<Analysed> => {
  const compression = await compressionOf(file);
  if (compression !== 'none') return ofStream(file, compression, tell);
  const survey = new Survey();
  await readFile(file, compression, survey, telling(tell, file, 0, 2, nothing));
  survey.finish();
  const findings = await heard(file, compression, new Investigation({ survey }), (between) =>
    telling(tell, file, 1, 2, between),
  );
  return { findings, readLadders: () => laddersFor(file, compression, findings, survey, tell) };
};

/** There is no cheaper way to the middle of a compressed one than from its beginning. */
const ofStream = async (
  file: CaptureFile,
  compression: Compression,
  tell: Tell,
): Promise<Analysed> => {
  const findings = await heard(file, compression, new Intake(), (between) =>
    telling(tell, file, 0, 1, between),
  );
  return { findings, readLadders: () => laddersFor(file, compression, findings, undefined, tell) };
};

/** `done` passes of `passes` are over; `between` is called after each piece. */
const telling =
  (tell: Tell, { size }: CaptureFile, done: number, passes: number, between: () => void): OnPiece =>
  (bytes, packets) => {
    between();
    tell({ bytes: done * size + bytes, allBytes: passes * size, packets });
  };

/** All verdicts, taken as they ripen. */
const heard = async (
  file: CaptureFile,
  compression: Compression,
  inquirer: Investigation | Intake,
  onPiece: (between: () => void) => OnPiece,
): Promise<Findings> => {
  const verdicts: Verdict[] = [];
  const take = () => void verdicts.push(...inquirer.ripe());
  const pass = await readFile(file, compression, inquirer, onPiece(take));
  return concluded(file.name, inquirer, pass, verdicts);
};

const laddersFor = async (
  file: CaptureFile,
  compression: Compression,
  { verdicts }: Findings,
  survey: Survey | undefined,
  tell: Tell,
): Promise<readonly Ladder[]> => {
  const ladders = laddersWanted(verdicts, false);
  if (ladders.of.size === 0) return [];
  const again = new Investigation({ ...(survey !== undefined && { survey }), ladders });
  await readFile(
    file,
    compression,
    again,
    telling(tell, file, 0, 1, () => forget(again)),
  );
  return again.ladders(verdicts);
};

const nothing = (): void => {};

const concluded = (
  file: string,
  inquirer: Investigation | Intake,
  { counts, problems }: Pass,
  ripe: readonly Verdict[],
): Findings => {
  const conclusion = inquirer.conclude(counts, problems);
  const verdicts = [...ripe, ...conclusion].toSorted((a, b) => a.frame - b.frame);
  return { file, verdicts, summary: conclusion.summary, interrupted: false, ladder: undefined };
};

/** The verdicts are known: they are only made again so that nothing waits for them. */
const forget = (investigation: Investigation): void => {
  const again = investigation.ripe();
  while (again.next().done !== true);
};
