import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Scenario, Variant } from '../causes/scenario.ts';
import { SCENARIOS } from '../causes/scenarios.ts';
import { compared } from '../lab/on-linux/compared.ts';
import { kernelScorecardPage, troubles } from '../lab/on-linux/kernel-scorecard.ts';
import { type KernelMark, markAll, ordersFor } from '../lab/on-linux/kernel-score.ts';
import { tellKernel } from '../lab/on-linux/tell-kernel.ts';
import type { RunOptions } from '../lab/run.ts';
import { OF_THE_MACHINE } from '../live/machine-sysctl.ts';
import { LinuxLab } from '../live/run-on-linux.ts';
import type { TextOptions } from '../report/text.ts';
import { DONE, FOUND, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';

/** What a call asks to be played. */
interface Asked {
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly how: RunOptions;
  readonly at: 'client' | 'server' | 'any';
  readonly pcap?: string;
}

/** `resetlab lab run ID --on linux`; returns the exit code. */
export const runOnLinux = async (asked: Asked, options: TextOptions): Promise<number> => {
  const { scenario, variant, how, at, pcap } = asked;
  if (variant.beyondLinux) return lacks(`${variant.name} needs settings that only our engine has`);
  const shared = how.sysctls.find(([name]) => OF_THE_MACHINE.includes(name));
  if (shared !== undefined)
    return lacks(`--set: ${shared[0]} is of the whole machine, not of a host`);
  const lab = await LinuxLab.open();
  if (typeof lab === 'string') return lacks(lab);
  try {
    const kernel = await lab.run(variant, how, [at]);
    const capture = kernel.captures.get(at);
    if (pcap !== undefined && capture !== undefined) writeFileSync(pcap, capture);
    const output = new Output();
    await output.write(tellKernel(compared(scenario, variant, how), kernel, at, options));
    await output.flush();
    return DONE;
  } finally {
    lab.close();
  }
};

/**
 * `resetlab lab score --on linux`: the page that docs/kernel-scorecard.md keeps; 1 where something is
 * neither as it should be nor explained, with a line for each on standard error.
 */
export const scoreOnLinux = async (jobs: number): Promise<number> => {
  const lab = await LinuxLab.open();
  if (typeof lab === 'string') return lacks(lab);
  const marks: KernelMark[] = [];
  const lines: string[] = [];
  try {
    await markAll(
      ordersFor(SCENARIOS),
      jobs,
      (variant, how, places) => lab.run(variant, how, places),
      ({ scenario, variant }, mark) => {
        if (mark instanceof Error) lines.push(`${scenario.id}, ${variant.name}: ${mark.message}`);
        else {
          marks.push(mark);
          lines.push(...troubles(mark));
        }
      },
    );
  } finally {
    lab.close();
  }
  const output = new Output();
  await output.write(kernelScorecardPage(marks, kernelRelease()));
  await output.flush();
  for (const line of lines) tell(line);
  return lines.length > 0 ? FOUND : DONE;
};

/** `6.18` of `6.18.44-generic`. */
const kernelRelease = (): string => release().split('.').slice(0, 2).join('.');

const lacks = (what: string): number => {
  tell(`--on linux: ${what}. --on sim plays it in virtual time, anywhere.`);
  return WRONG;
};
