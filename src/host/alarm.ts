import { NEVER } from '../tcp/connection.ts';
import type { Stack } from './stack.ts';
import type { Timed } from './timers.ts';

/** Calls once at a moment, unless it is called off before. */
export class Alarm implements Timed {
  private readonly stack: Stack;
  private readonly ring: (now: number) => void;
  private readonly id: number;
  private at: number;

  constructor(stack: Stack, at: number, ring: (now: number) => void) {
    this.stack = stack;
    this.at = at;
    this.ring = ring;
    this.id = stack.timers.admit(this);
    stack.timers.arm(this.id, at);
  }

  get isOn(): boolean {
    return this.at !== NEVER;
  }

  deadline(): number {
    return this.at;
  }

  timeUp(now: number): void {
    this.callOff();
    this.ring(now);
  }

  callOff(): void {
    if (this.at === NEVER) return;
    this.at = NEVER;
    this.stack.timers.dismiss(this.id);
  }
}
