/** Many may be at work together, or one alone. */
export class Turns {
  private readonly working = new Set<Promise<unknown>>();
  private last: Promise<unknown> = Promise.resolve();

  /** Begins as soon as nobody who must be alone is at work or came before. */
  among<T>(work: () => Promise<T>): Promise<T> {
    const begun = this.last.then(() => ({ result: this.track(work()) }));
    return begun.then(({ result }) => result);
  }

  /** Begins when all who came before have ended, and lets nobody else begin until it has. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(async () => {
      await Promise.allSettled(this.working);
      return work();
    });
    this.last = Promise.allSettled([result]);
    return result;
  }

  private track<T>(result: Promise<T>): Promise<T> {
    const settled = Promise.allSettled([result]).finally(() => this.working.delete(settled));
    this.working.add(settled);
    return result;
  }
}
