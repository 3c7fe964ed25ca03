import { Differential } from '../lab/differential/differential.ts';
import { sequenceOf } from '../lab/differential/generate.ts';
import { HostSubject } from '../lab/differential/host-subject.ts';
import { differenceText, Tally } from '../lab/differential/tally.ts';
import { KernelTcp } from '../live/differential/kernel-tcp.ts';
import { Random } from '../sim/prng.ts';
import { defaultSettings, setSysctl, type Settings } from '../tcp/sysctl.ts';
import { SYSCTLS } from '../tcp/sysctl-table.ts';
import { DONE, FOUND, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';

interface DifferentialOptions {
  readonly sequences: number;
  readonly seed: number;
  /** The number of one sequence. */
  readonly only?: number;
}

/** What came of a run. */
export interface Compared {
  readonly tally: Tally;
  /** Each unexplained difference, with the command that plays it again. */
  readonly unexplained: readonly string[];
}

/** So many are played in a row before anything else may happen, such as Ctrl-C. */
const IN_A_ROW = 100;

/**
 * `resetlab lab differential`: random sequences to the engine and to the kernel; 1 where they differ
 * and nobody knows why.
 */
export const runDifferential = async (options: DifferentialOptions): Promise<number> => {
  const tcp = await KernelTcp.open();
  if (typeof tcp === 'string') {
    tell(`lab differential: ${tcp}`);
    return WRONG;
  }
  try {
    const { tally, unexplained } = await compare(tcp, options);
    const output = new Output();
    await output.write([...unexplained, tally.text()].join('\n'));
    await output.flush();
    return unexplained.length > 0 ? FOUND : DONE;
  } finally {
    await tcp.close();
  }
};

/** Plays sequences of one seed to both. */
export const compare = async (tcp: KernelTcp, options: DifferentialOptions): Promise<Compared> => {
  const { sequences, seed, only } = options;
  const engine = new HostSubject(settingsOf(tcp));
  const differential = new Differential(tcp.subject, engine, tcp.addresses);
  const random = new Random(seed);
  const tally = new Tally();
  const unexplained: string[] = [];
  const [first, end] = only === undefined ? [0, sequences] : [only, only + 1];
  for (let number = first; number < end; number += 1) {
    const sequence = sequenceOf(number, random);
    const finding = differential.examine(sequence);
    tally.add(sequence.situation, finding);
    if (finding.kind === 'unexplained') {
      const replay = `resetlab lab differential --seed ${seed} --only ${number}`;
      unexplained.push(`${replay}\n${differenceText(finding.sequence, finding.difference)}\n`);
    }
    if (number % IN_A_ROW === 0) await aMoment();
  }
  return { tally, unexplained };
};

const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The engine is set up as the kernel is; what of a setting it does not model stays as it was. */
const settingsOf = (tcp: KernelTcp): Settings => {
  const settings = defaultSettings();
  for (const { name } of SYSCTLS) {
    const value = tcp.sysctl(name);
    if (value !== undefined) setSysctl(settings, name, value);
  }
  return settings;
};
