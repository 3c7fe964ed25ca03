import { Duplex } from 'node:stream';

/** One end of a pipe within the process: what is written to one end is read from the other. */
class Half extends Duplex {
  other: Half | undefined = undefined;
  /** The write at the other end that waits until this one is read. */
  private taken: (() => void) | undefined = undefined;

  override _read(): void {
    const { taken } = this;
    this.taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.give(chunk, done);
  }

  override _final(done: () => void): void {
    this.give(null, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { other, taken } = this;
    this.other = undefined;
    taken?.();
    // Who is destroyed in the middle takes the other end with it, as a reset does.
    if (!this.writableFinished) process.nextTick(() => other?.destroy());
    done(error);
  }

  private give(chunk: Buffer | null, done: () => void): void {
    const { other } = this;
    if (other === undefined || other.destroyed) done();
    else if (other.push(chunk) || chunk === null) done();
    else other.taken = done;
  }
}

/** Two streams back to back. Node has it as `stream.duplexPair`, from 22.6 on. */
export const duplexPair = (): [Duplex, Duplex] => {
  const [one, two] = [new Half(), new Half()];
  one.other = two;
  two.other = one;
  return [one, two];
};
