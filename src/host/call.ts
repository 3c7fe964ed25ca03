import type { SocketError } from './socket-error.ts';

/** What a call returned, or what it failed with. */
export type Outcome<T> = T | SocketError;

/**
 * A call of the sockets API: settled at once, or later if it blocks. No promise, since virtual time
 * must not wait for one.
 */
export interface Call<T> {
  readonly settled: boolean;
  /** Undefined until settled (and with a call that returns nothing). */
  readonly result: Outcome<T> | undefined;
  /** Calls `then` once it is settled, which may be now. One at a time. */
  whenSettled(then: (outcome: Outcome<T>) => void): void;
  /** Nobody waits for it any more: it never settles, and takes nothing. */
  cancel(): void;
}

/** A call that is over as it begins. */
export class SettledCall<T> implements Call<T> {
  readonly settled = true;
  readonly result: Outcome<T>;

  constructor(result: Outcome<T>) {
    this.result = result;
  }

  whenSettled(then: (outcome: Outcome<T>) => void): void {
    then(this.result);
  }

  cancel(): void {
    // There is nothing to take back.
  }
}

/** Tries to finish; undefined: not yet. */
type Attempt<T> = (now: number) => Outcome<T> | undefined;

/** A call that waits: its socket tries again whenever something has happened there. */
export class WaitingCall<T> implements Call<T> {
  private readonly attempt: Attempt<T>;
  private outcome: Outcome<T> | undefined = undefined;
  private told: ((outcome: Outcome<T>) => void) | undefined = undefined;
  private state: 'waiting' | 'settled' | 'cancelled' = 'waiting';

  constructor(attempt: Attempt<T>) {
    this.attempt = attempt;
  }

  get settled(): boolean {
    return this.state === 'settled';
  }

  get result(): Outcome<T> | undefined {
    return this.outcome;
  }

  whenSettled(then: (outcome: Outcome<T>) => void): void {
    if (this.told !== undefined) throw new Error('somebody waits for this call already');
    if (this.outcome === undefined) this.told = then;
    else then(this.outcome);
  }

  cancel(): void {
    if (this.state === 'waiting') this.state = 'cancelled';
  }

  /**
   * Whether it is over. Who waits is told by `later`, when the engine has done with what it is at:
   * an application may call again at once.
   */
  tryAgain(now: number, later: (tell: () => void) => void): boolean {
    if (this.state !== 'waiting') return true;
    const outcome = this.attempt(now);
    if (outcome === undefined) return false;
    this.state = 'settled';
    this.outcome = outcome;
    const { told } = this;
    if (told !== undefined) later(() => told(outcome));
    return true;
  }
}
