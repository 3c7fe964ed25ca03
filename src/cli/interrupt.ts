import type { Interruption } from '../reading/operator.ts';
import { INTERRUPTED } from './exit-codes.ts';

/** What ends a process that somebody looks at, or a service: Ctrl-C, its manager, its terminal's end. */
export const ALL_ENDS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ctrl-C: the first asks for an end with what was found so far, the second ends at once. */
export class Interrupt implements Interruption {
  #asked = false;
  #onAsked: (() => void) | undefined;

  constructor(signals: readonly NodeJS.Signals[] = ['SIGINT']) {
    for (const signal of signals) {
      process.on(signal, () => {
        if (this.#asked) process.exit(INTERRUPTED);
        this.#asked = true;
        this.#onAsked?.();
      });
    }
  }

  get asked(): boolean {
    return this.#asked;
  }

  wake(onAsked: (() => void) | undefined): void {
    this.#onAsked = onAsked;
  }
}
