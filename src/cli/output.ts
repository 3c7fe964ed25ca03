import { DONE } from './complaint.ts';

/** Characters of text held back, so that rows leave in large pieces. */
const PIECE = 1 << 16;

/**
 * Standard output. When whoever reads it has seen enough (`| head`), the process ends quietly: that
 * is a success, not an error.
 */
export class Output {
  #held = '';

  constructor() {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(DONE);
      process.stderr.write(`resetlab: standard output: ${error.message}\n`);
      process.exit(2);
    });
  }

  /** Writes soon; resolves when there is room for more. */
  write(text: string): Promise<void> | void {
    this.#held += text;
    if (this.#held.length >= PIECE) return this.flush();
  }

  /** Writes what is held back. */
  async flush(): Promise<void> {
    const text = this.#held;
    this.#held = '';
    if (text === '' || process.stdout.write(text)) return;
    await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
  }
}

/** Tells standard error, after the name of the program. */
export const tell = (message: string): void => {
  process.stderr.write(`resetlab: ${message}\n`);
};
