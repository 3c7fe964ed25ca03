import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './slot.ts';
import { undoAtExit } from './tidying.ts';

const INSTANCES = '/sys/kernel/tracing/instances';
const NAME = /^resetlab-lab-(\d+)-\d+$/;
let instances = 0;
const LINE = /(\d+\.\d+): tcp_send_reset: .*src=(\S+) dest=(\S+) state=(\S+) reason=(\S+)/;

/** A reset that the kernel sent, with its own reason (tracepoint tcp:tcp_send_reset). */
export interface TracedReset {
  /** Milliseconds of the machine's monotonic clock. */
  readonly monotonicMs: number;
  /** As `10.0.0.1:80` or `[fd00::1]:80`. */
  readonly source: string;
  /** All zeros where a listener answered. */
  readonly target: string;
  /** `TCP_CLOSE`: it was aborting, not without a connection; `UNKNOWN`: there was no socket. */
  readonly state: string;
  /** As `TCP_ABORT_ON_CLOSE`. */
  readonly reason: string;
}

/** Why the kernel sends resets: an instance of tracefs of our own, so that runs do not mix. */
export class ResetTrace {
  private readonly place: string;
  private readonly forget: () => void;

  constructor() {
    instances += 1;
    this.place = join(INSTANCES, `resetlab-lab-${process.pid}-${instances}`);
    mkdirSync(this.place);
    this.forget = undoAtExit(() => this.remove());
    writeFileSync(join(this.place, 'trace_clock'), 'mono');
    this.enable('1');
  }

  /** Those since then (`process.hrtime`, ms), in order. */
  since(monotonicMs: number): readonly TracedReset[] {
    const resets = resetsTraced(readFileSync(join(this.place, 'trace'), 'utf8'));
    return resets.filter((reset) => reset.monotonicMs >= monotonicMs);
  }

  close(): void {
    this.remove();
    this.forget();
  }

  private remove(): void {
    this.enable('0');
    rmdirSync(this.place);
  }

  private enable(value: '0' | '1'): void {
    writeFileSync(join(this.place, 'events/tcp/tcp_send_reset/enable'), value);
  }
}

/** The resets in what tracefs prints; other lines mean nothing here. */
export const resetsTraced = (text: string): readonly TracedReset[] =>
  text.split('\n').flatMap((line) => {
    const [, at, source, target, state, reason] = LINE.exec(line) ?? [];
    if (!source || !target || !state || !reason) return [];
    return [{ monotonicMs: Number(at) * 1000, source, target, state, reason }];
  });

/** Of a process that is no more, another may be removing it just now. */
export const removeInstance = (place: string): void => {
  try {
    rmdirSync(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};

/** Removes the instances of processes that are no more. */
export const sweepTraces = (): void => {
  for (const name of readdirSync(INSTANCES)) {
    const [, owner] = NAME.exec(name) ?? [];
    if (owner !== undefined && !isAlive(Number(owner))) removeInstance(join(INSTANCES, name));
  }
};
