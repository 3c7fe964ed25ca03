import { writeFileSync } from 'node:fs';
import type { Scenario, Variant } from '../causes/scenario.ts';
import { SCENARIOS } from '../causes/scenarios.ts';
import { kernelScorecard, troubles } from '../lab/on-linux/kernel-scorecard.ts';
import { type KernelMark, markAll, ordersFor } from '../lab/on-linux/kernel-score.ts';
import { tellKernel } from '../lab/on-linux/tell-kernel.ts';
import type { RunOptions } from '../lab/run.ts';
import { runScenario } from '../lab/run-scenario.ts';
import { LinuxLab } from '../live/run-on-linux.ts';
import type { TextOptions } from '../report/text.ts';
import { DONE, FOUND, WRONG } from './complaint.ts';
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
  const lab = await LinuxLab.open();
  if (typeof lab === 'string') return lacks(lab);
  try {
    const kernel = await lab.run(variant, how, [at]);
    const capture = kernel.captures.get(at);
    if (pcap !== undefined && capture !== undefined) writeFileSync(pcap, capture);
    const output = new Output();
    await output.write(tellKernel(runScenario(scenario, variant, how), kernel, at, options));
    await output.flush();
    return DONE;
  } finally {
    lab.close();
  }
};

/** `resetlab lab score --on linux`; 1 where something is neither as it should be nor explained. */
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
  await output.write([kernelScorecard(marks), ...lines].join('\n'));
  await output.flush();
  return lines.length > 0 ? FOUND : DONE;
};

const lacks = (what: string): number => {
  tell(`--on linux: ${what}. --on sim plays it in virtual time, anywhere.`);
  return WRONG;
};
