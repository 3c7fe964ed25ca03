import { DONE } from './exit-codes.ts';

/** Bytes held back, so that rows leave in large pieces. */
const PIECE = 1 << 17;
/** Bytes that a character of JavaScript may take in UTF-8. */
const CHARACTER = 3;
/** Recurring texts that are kept encoded. */
const RECURRING = 1000;

/**
 * Standard output. When whoever reads it has seen enough (`| head`), the process ends quietly: that
 * is a success, not an error.
 */
export class Output {
  #piece = Buffer.allocUnsafeSlow(PIECE);
  #held = 0;
  readonly #recurring = new Map<string, Buffer>();
  /** While there is no room: one promise, however many wait for it. */
  #drained: Promise<void> | undefined;

  constructor() {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(DONE);
      process.stderr.write(`resetlab: standard output: ${error.message}\n`);
      process.exit(2);
    });
  }

  /** Writes soon; resolves when there is room for more. */
  write(text: string): Promise<void> | undefined {
    if (text.length * CHARACTER > PIECE) return this.#add(Buffer.from(text));
    const full = this.#makeRoom(text.length * CHARACTER);
    this.#held += this.#piece.write(text, this.#held);
    return full;
  }

  /** As `write`, for a text that comes again and again: the same string costs a copy only. */
  writeRecurring(text: string): Promise<void> | undefined {
    let bytes = this.#recurring.get(text);
    if (bytes === undefined) {
      bytes = Buffer.from(text);
      if (this.#recurring.size < RECURRING) this.#recurring.set(text, bytes);
    }
    return this.#add(bytes);
  }

  /** Writes at once, whatever is held back; whether there is room for more, else `drain` will tell. */
  writeNow(text: string): boolean {
    return process.stdout.write(text);
  }

  /** Writes what is held back; resolves when all has left, so that the process may exit. */
  async flush(): Promise<void> {
    await this.#send();
    await new Promise((resolve) => process.stdout.write('', resolve));
  }

  #add(bytes: Buffer): Promise<void> | undefined {
    const full = this.#makeRoom(bytes.length);
    if (bytes.length > PIECE) return this.#pass(bytes) ?? full;
    this.#piece.set(bytes, this.#held);
    this.#held += bytes.length;
    return full;
  }

  #makeRoom(bytes: number): Promise<void> | undefined {
    return this.#held + bytes > PIECE ? this.#send() : undefined;
  }

  #send(): Promise<void> | undefined {
    const held = this.#piece.subarray(0, this.#held);
    // What was handed over may be on its way for a while yet.
    this.#piece = Buffer.allocUnsafeSlow(PIECE);
    this.#held = 0;
    return held.length === 0 ? undefined : this.#pass(held);
  }

  #pass(bytes: Buffer): Promise<void> | undefined {
    if (process.stdout.write(bytes)) return undefined;
    this.#drained ??= new Promise((resolve) => {
      process.stdout.once('drain', () => {
        this.#drained = undefined;
        resolve();
      });
    });
    return this.#drained;
  }
}

/** Tells standard error, after the name of the program. */
export const tell = (message: string): void => {
  process.stderr.write(`resetlab: ${message}\n`);
};
