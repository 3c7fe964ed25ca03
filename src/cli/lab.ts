import { writeFileSync } from 'node:fs';
import { CATALOGUE } from '../causes/catalogue.ts';
import type { Role, Scenario, Variant } from '../causes/scenario.ts';
import { SCENARIOS } from '../causes/scenarios.ts';
import { compareClosings } from '../lab/compare.ts';
import type { RunOptions } from '../lab/run.ts';
import { runRow } from '../lab/run-row.ts';
import { runScenario } from '../lab/run-scenario.ts';
import { markScenario, scorecard, scorecardText } from '../lab/score.ts';
import { tellRun } from '../lab/tell-run.ts';
import { judge } from '../lab/truth.ts';
import type { Language } from '../causes/text.ts';
import { complain, type Complaint, isComplaint } from '../reading/complaint.ts';
import type { TextOptions } from '../report/text.ts';
import { padEnd } from '../report/width.ts';
import { wordsIn } from '../report/words.ts';
import { defaultSettings, setSysctl } from '../tcp/sysctl.ts';
import { DONE, FOUND, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';
import { suggest } from './suggest.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';

export interface LabOptions {
  readonly lang?: string;
  readonly width?: number;
  readonly color?: boolean;
}

export interface LabRunOptions extends LabOptions {
  readonly variant?: string;
  readonly seed: number;
  readonly set: readonly string[];
  readonly ipv6?: true;
  /** False for `--no-timestamps`. */
  readonly timestamps: boolean;
  readonly on: 'sim' | 'linux';
  readonly at: Role | 'any';
  readonly pcap?: string;
  readonly ladder?: true;
  readonly json?: true;
}

/** `resetlab lab list`: every scenario with its variants; returns the exit code. */
export const listScenarios = async (options: LabOptions): Promise<number> => {
  const language = languageOf(options.lang);
  const paint = paintFor(options.color);
  const output = new Output();
  const names = SCENARIOS.flatMap(({ variants }) => variants.map(({ name }) => name));
  const column = Math.max(...names.map((name) => name.length)) + 2;
  for (const { id, title, variants } of SCENARIOS) {
    await output.write(`${paint('label', id)}  ${title[language]}\n`);
    for (const variant of variants) {
      const remarks = [...variant.claims, ...stageOf(variant, language)];
      const shown = remarks.length === 0 ? '' : ` (${remarks.join(', ')})`;
      await output.write(`  ${padEnd(variant.name, column)}${variant.what[language]}${shown}\n`);
    }
  }
  await output.flush();
  return DONE;
};

/** Where alone it can be played, if not everywhere. */
const stageOf = ({ beyondEngine, beyondLinux }: Variant, language: Language): readonly string[] => {
  const stage = beyondEngine ? '--on linux' : beyondLinux ? '--on sim' : undefined;
  if (stage === undefined) return [];
  return [language === 'zh' ? `仅 ${stage}` : `${stage} only`];
};

/** `resetlab lab run`: plays one scenario, or all variants of it; returns the exit code. */
export const runLab = async (id: string, options: LabRunOptions): Promise<number> => {
  const asked = whatToRun(id, options);
  if (isComplaint(asked)) {
    tell(asked.complaint);
    return WRONG;
  }
  const { pcap, at } = options;
  if (options.on === 'linux') {
    const { runOnLinux } = await import('./lab-on-linux.ts');
    return runOnLinux({ ...asked, at, ...(pcap !== undefined && { pcap }) }, textOptions(options));
  }
  if (asked.variant.beyondEngine) {
    tell(`${id}, ${asked.variant.name}: our engine cannot play it; --on linux can, as root`);
    return WRONG;
  }
  if (at === 'any') {
    tell('--at any: only --on linux has a host with all its interfaces in one capture');
    return WRONG;
  }
  const output = new Output();
  const { scenario, variant, how } = asked;
  const run = runScenario(scenario, variant, how);
  const judgement = judge(run, at);
  if (pcap !== undefined) {
    const complaint = save(pcap, run.recordings[at].capture);
    if (complaint !== undefined) {
      tell(complaint.complaint);
      return WRONG;
    }
  }
  const text =
    options.json === true
      ? `${JSON.stringify(runRow(run, judgement))}\n`
      : tellRun(run, judgement, textOptions(options), options.ladder === true);
  await output.write(text);
  await output.flush();
  return DONE;
};

/** `resetlab lab score`: every scenario in every way; 1 if the detective was sure of a falsehood. */
export const scoreLab = async (seed: number): Promise<number> => {
  const output = new Output();
  const lines = scorecard(SCENARIOS.flatMap((scenario) => markScenario(scenario, seed)));
  await output.write(scorecardText(lines));
  await output.flush();
  return lines.some(({ certainlyWrong }) => certainlyWrong > 0) ? FOUND : DONE;
};

/** `resetlab lab compare`: the same connection ended by FIN and by RST, side by side. */
export const compareLab = async (options: LabOptions): Promise<number> => {
  const output = new Output();
  await output.write(compareClosings(textOptions(options)));
  await output.flush();
  return DONE;
};

const textOptions = (options: LabOptions): TextOptions => {
  const language: Language = languageOf(options.lang);
  return {
    facts: CATALOGUE,
    words: wordsIn(language),
    paint: paintFor(options.color),
    width: widthOf(options.width),
    all: true,
  };
};

const whatToRun = (
  id: string,
  options: LabRunOptions,
): { scenario: Scenario; variant: Variant; how: RunOptions } | Complaint => {
  const scenario = SCENARIOS.find((one) => one.id === id);
  if (scenario === undefined)
    return unknownName(
      'scenario',
      id,
      SCENARIOS.map((one) => one.id),
    );
  const variant = variantOf(scenario, options.variant);
  if (isComplaint(variant)) return variant;
  const sysctls = sysctlsOf(options.set);
  if (isComplaint(sysctls)) return sysctls;
  const how = waysOf(variant, options);
  if (isComplaint(how)) return how;
  return { scenario, variant, how: { ...how, seed: options.seed, sysctls } };
};

/** What a variant leaves open is as the call asks. */
const waysOf = (
  { name, family, timestamps }: Variant,
  { ipv6, timestamps: asked }: LabRunOptions,
): Pick<RunOptions, 'family' | 'timestamps'> | Complaint => {
  if (ipv6 && family === 4) return complain(`--ipv6: ${name} is played over IPv4 only`);
  if (!asked && timestamps) return complain(`--no-timestamps: ${name} needs them`);
  return { family: family ?? (ipv6 ? 6 : 4), timestamps: timestamps ?? asked };
};

const variantOf = (scenario: Scenario, name: string | undefined): Variant | Complaint => {
  if (name === undefined) return scenario.variants[0];
  const names = scenario.variants.map((one) => one.name);
  return (
    scenario.variants.find((one) => one.name === name) ??
    unknownName(`variant of ${scenario.id}`, name, names)
  );
};

const unknownName = (kind: string, name: string, known: readonly string[]): Complaint => {
  const meant = suggest(name, known);
  const hint =
    meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : '`resetlab lab list` lists all';
  return complain(`no ${kind} is called "${name}"; ${hint}`);
};

/** `NAME=VALUE`, tried on settings that nobody uses. */
const sysctlsOf = (words: readonly string[]): RunOptions['sysctls'] | Complaint => {
  const trial = defaultSettings();
  const sysctls: [string, string][] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) return complain(`--set ${word}: it must be NAME=VALUE`);
    const [name, value] = [word.slice(0, equals).trim(), word.slice(equals + 1).trim()];
    const wrong = setSysctl(trial, name, value);
    if (wrong !== undefined) return complain(`--set: ${wrong}`);
    sysctls.push([name, value]);
  }
  return sysctls;
};

const save = (file: string, capture: Uint8Array): Complaint | undefined => {
  try {
    writeFileSync(file, capture);
    return;
  } catch (error) {
    return complain(`--pcap ${file}: ${(error as Error).message}`);
  }
};
