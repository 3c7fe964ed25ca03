/** Longest wait that setInterval takes, in milliseconds. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Keeps the process alive for a device that lives in memory alone, as an open file would. */
export class Stay {
  private readonly timer = setInterval(() => undefined, LONGEST_WAIT);

  ref(): void {
    this.timer.ref();
  }

  unref(): void {
    this.timer.unref();
  }

  end(): void {
    clearInterval(this.timer);
  }
}
