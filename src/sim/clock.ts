/** Something that is to happen; `cancel` is harmless when it has happened. */
export class Alarm {
  readonly atMs: number;
  /** Which of two at one moment was set first. */
  readonly order: number;
  private action: (() => void) | undefined;

  constructor(atMs: number, order: number, action: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.action = action;
  }

  cancel(): void {
    this.action = undefined;
  }

  get isCancelled(): boolean {
    return this.action === undefined;
  }

  ring(): void {
    const { action } = this;
    this.action = undefined;
    action?.();
  }
}

/** So many alarms at one moment are no coincidence but a loop. */
const STANDSTILL = 1_000_000;

/**
 * Virtual time, in milliseconds from 0, fractions allowed. It moves only when it is told to, from
 * alarm to alarm; alarms of one moment ring in the order in which they were set.
 */
export class Clock {
  now = 0;
  private order = 0;
  /** Alarms since the time last moved. */
  private ringsNow = 0;
  /** A binary heap, the earliest first. */
  private readonly heap: Alarm[] = [];

  /** Rings at `atMs`, or as soon as possible where that is past; Infinity: never. */
  at(atMs: number, action: () => void): Alarm {
    if (Number.isNaN(atMs)) throw new Error('an alarm at no time: NaN');
    this.order += 1;
    const alarm = new Alarm(Math.max(atMs, this.now), this.order, action);
    if (alarm.atMs !== Number.POSITIVE_INFINITY) this.push(alarm);
    return alarm;
  }

  after(delayMs: number, action: () => void): Alarm {
    return this.at(this.now + delayMs, action);
  }

  /** When the next alarm rings, Infinity if none is set. */
  get nextAtMs(): number {
    for (;;) {
      const [next] = this.heap;
      if (next === undefined) return Number.POSITIVE_INFINITY;
      if (!next.isCancelled) return next.atMs;
      this.pop();
    }
  }

  /** Moves to the next alarm and rings it; false, and nothing happens, if none rings by `untilMs`. */
  step(untilMs: number): boolean {
    if (this.nextAtMs > untilMs) return false;
    const alarm = this.pop();
    if (alarm === undefined) return false;
    this.ringsNow = alarm.atMs > this.now ? 0 : this.ringsNow + 1;
    if (this.ringsNow > STANDSTILL) throw new Error(`time stands still at ${this.now} ms`);
    this.now = alarm.atMs;
    alarm.ring();
    return true;
  }

  /** Lets everything happen up to and including that moment, which is then now. */
  runUntil(untilMs: number): void {
    while (this.step(untilMs));
    this.now = Math.max(this.now, untilMs);
  }

  private push(alarm: Alarm): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(alarm);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isEarlier(alarm, heap[parent])) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = alarm;
  }

  private pop(): Alarm | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first !== undefined && last !== undefined && heap.length > 0) this.sink(last);
    return first;
  }

  /** Puts an alarm into the hole at the top. */
  private sink(alarm: Alarm): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1], heap[child])) child += 1;
      if (!isEarlier(heap[child], alarm)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = alarm;
  }
}

const isEarlier = (a: Alarm, b: Alarm): boolean =>
  a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
