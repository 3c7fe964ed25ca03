import type { Role, Variant } from '../causes/scenario.ts';
import { type Libc, loadLibc } from './libc.ts';
import { sweepMachineSysctls } from './machine-sysctl.ts';
import { sweepNamespaces } from './namespaces.ts';
import { type KernelCall, LinuxPlayer } from './player.ts';
import { whatIsMissing } from './requirements.ts';
import { isAlive, sweepSlots } from './slot.ts';
import { type LinuxOptions, LinuxStage, type Place } from './stage.ts';
import { ResetTrace, sweepTraces, type TracedReset } from './trace.ts';
import { Turns } from './turns.ts';

/** A reset that the kernel sent. */
export interface KernelReset extends TracedReset {
  /** Whose stack it was. */
  readonly by: Role | 'router';
}

/** A scenario as the kernel played it. */
export interface LinuxRun {
  readonly options: LinuxOptions;
  /** pcap files. */
  readonly captures: ReadonlyMap<Place, Uint8Array>;
  /** Each reset that the kernel sent, with its reason, in order. */
  readonly kernel: readonly KernelReset[];
  readonly calls: readonly KernelCall[];
  /** What has grown of TcpExt in each host's namespace. */
  readonly counters: Readonly<Record<Role, Readonly<Record<string, number>>>>;
}

/** The laboratory on this machine's kernel: plays scenarios, several at a time if asked. */
export class LinuxLab {
  private readonly libc: Libc;
  private readonly trace: ResetTrace;
  private readonly turns = new Turns();

  private constructor(libc: Libc) {
    this.libc = libc;
    this.trace = new ResetTrace();
  }

  /** The laboratory, or one line that says what it lacks. Removes what crashed ones have left. */
  static async open(): Promise<LinuxLab | string> {
    const missing = whatIsMissing();
    if (missing !== undefined) return missing;
    const libc = await loadLibc();
    if (typeof libc === 'string') return libc;
    sweepNamespaces(isAlive);
    sweepMachineSysctls();
    sweepTraces();
    sweepSlots();
    return new LinuxLab(libc);
  }

  /** Plays a variant; throws where a step cannot be carried out. Leaves nothing behind. */
  run(variant: Variant, options: LinuxOptions, places: readonly Place[]): Promise<LinuxRun> {
    const play = (): Promise<LinuxRun> => this.play(variant, options, places);
    return needsMachine(variant) ? this.turns.alone(play) : this.turns.among(play);
  }

  close(): void {
    this.trace.close();
  }

  private async play(
    variant: Variant,
    options: LinuxOptions,
    places: readonly Place[],
  ): Promise<LinuxRun> {
    const stage = await LinuxStage.build(this.libc, variant, options);
    const player = new LinuxPlayer(this.libc, stage);
    try {
      await stage.record(places);
      const began = monotonicMs();
      await player.play(variant);
      const captures = await stage.recordings();
      const counters = { client: stage.counted('client'), server: stage.counted('server') };
      const kernel = this.trace.since(began).flatMap((reset) => ownReset(reset, stage));
      return { options, captures, kernel, calls: player.calls, counters };
    } finally {
      await player.end();
      await stage.remove();
    }
  }
}

const needsMachine = ({ steps }: Variant): boolean =>
  steps.some((step) => step.do === 'close' && step.under !== undefined);

/** The clock of the trace. */
const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Resets of this stage, told from those of others by their addresses. */
const ownReset = (reset: TracedReset, stage: LinuxStage): readonly KernelReset[] => {
  const [source, target] = [hostOf(reset.source), hostOf(reset.target)];
  const ends = ROLES.flatMap((role) => {
    const { address, second } = stage.plan[role];
    return [[role, address] as const, [role, second] as const];
  });
  const by = ends.find(([, address]) => address === source)?.[0];
  if (by !== undefined) return [{ ...reset, by }];
  const isOurs = [...ends.map(([, address]) => address), stage.addressOf('service')];
  return isOurs.includes(source) || isOurs.includes(target) ? [{ ...reset, by: 'router' }] : [];
};

const ROLES: readonly Role[] = ['client', 'server'];

const hostOf = (endpoint: string): string =>
  endpoint.slice(0, endpoint.lastIndexOf(':')).replaceAll(/[[\]]/g, '');
