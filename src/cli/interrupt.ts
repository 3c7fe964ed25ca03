import type { Interruption } from '../reading/operator.ts';
import { INTERRUPTED } from './exit-codes.ts';

/** Ctrl-C: the first asks for an end with what was found so far, the second ends at once. */
export class Interrupt implements Interruption {
  #asked = false;
  #onAsked: (() => void) | undefined;

  constructor() {
    process.on('SIGINT', () => {
      if (this.#asked) process.exit(INTERRUPTED);
      this.#asked = true;
      this.#onAsked?.();
    });
  }

  get asked(): boolean {
    return this.#asked;
  }

  wake(onAsked: (() => void) | undefined): void {
    this.#onAsked = onAsked;
  }
}
