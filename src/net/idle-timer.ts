import { invalidType, outOfRange } from './errors.ts';

/** Longest time that Node's timers take, in milliseconds. */
const TIMEOUT_MAX = 2 ** 31 - 1;

/** The milliseconds of `setTimeout`, checked and cut to what timers take, as Node does it. */
export const idleTimeOf = (ms: unknown): number => {
  if (typeof ms !== 'number') throw invalidType('msecs', 'of type number', ms);
  if (!(ms >= 0 && Number.isFinite(ms))) {
    throw outOfRange('msecs', 'a non-negative finite number', ms);
  }
  if (ms <= TIMEOUT_MAX) return ms;
  process.emitWarning(
    `${ms} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${TIMEOUT_MAX}.`,
    'TimeoutOverflowWarning',
  );
  return TIMEOUT_MAX;
};

/** Rings when nothing has happened for a while; never keeps the process alive. */
export class IdleTimer {
  private readonly ring: () => void;
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(ring: () => void) {
    this.ring = ring;
  }

  /** 0 milliseconds: never. */
  start(ms: number): void {
    this.stop();
    if (ms > 0) this.timer = setTimeout(this.ring, ms).unref();
  }

  /** Something happened. */
  refresh(): void {
    this.timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
