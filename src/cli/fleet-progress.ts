import type { Language } from '../causes/text.ts';
import type { TellProgress } from '../fleet/machine/alone.ts';
import type { Stage } from '../fleet/plan.ts';
import { progressLine } from '../fleet/words.ts';
import { tell } from './output.ts';

const EVERY_MS = 100;
/** Between two lines where there is no terminal to write over the one before. */
const LINE_EVERY_MS = 10_000;

/** How far a submission is: one line on a terminal, and a line now and then in a log. */
export class FleetProgress {
  readonly #language: Language;
  readonly #isTerminal = process.stderr.isTTY;
  #stage: Stage | undefined;
  #toldMs = performance.now();
  #shown = false;

  constructor(language: Language) {
    this.#language = language;
  }

  readonly tell: TellProgress = (stage, done, of) => {
    const isNew = stage !== this.#stage;
    this.#stage = stage;
    const line = progressLine(stage, done, of, this.#language);
    if (this.#isTerminal) {
      if (isNew || this.#isDue(EVERY_MS)) this.#show(line);
    } else if (this.#isDue(LINE_EVERY_MS)) {
      this.#toldMs = performance.now();
      tell(line);
    }
  };

  /** Says something that is to stay. */
  say(line: string): void {
    this.erase();
    tell(line);
  }

  erase(): void {
    if (this.#shown) process.stderr.write('\r\u001b[2K');
    this.#shown = false;
  }

  #isDue(everyMs: number): boolean {
    return performance.now() - this.#toldMs >= everyMs;
  }

  #show(line: string): void {
    this.#toldMs = performance.now();
    this.#shown = true;
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }
}
