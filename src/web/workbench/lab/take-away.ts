import type { Role } from '../../../causes/scenario.ts';
import { isAdjusted } from '../../../lab/adjust.ts';
import type { LabState } from '../address.ts';
import type { Played } from './play.ts';

/** The capture of one end, as a file. */
export const fileOf = ({ run }: Played, at: Role): File => {
  const name = `${run.scenario.id}-${run.variant.name}-${at}.pcapng`;
  return new File([Uint8Array.from(run.recordings[at].capture)], name);
};

/** The same run by the command line; undefined where that has no such knobs. */
export const commandFor = (lab: LabState): string | undefined => {
  if (isAdjusted(lab) || lab.loss > 0) return undefined;
  const words = [
    `resetlab lab run ${lab.scenario} --variant ${lab.variant}`,
    ...(lab.seed === 1 ? [] : [`--seed ${lab.seed}`]),
    ...(lab.family === 6 ? ['--ipv6'] : []),
    ...(lab.timestamps === false ? ['--no-timestamps'] : []),
    ...lab.sysctls.map(([name, value]) => `--set ${shellWord(`${name}=${value}`)}`),
    ...(lab.at === 'client' ? [] : [`--at ${lab.at}`]),
  ];
  return words.join(' ');
};

const shellWord = (word: string): string =>
  /^[\w.=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
