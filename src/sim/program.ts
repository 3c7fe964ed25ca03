import type { Call, Outcome } from '../host/call.ts';
import { SocketError } from '../host/socket-error.ts';
import type { Clock } from './clock.ts';

/** A pause in a program. */
export class Sleep {
  readonly delayMs: number;

  constructor(delayMs: number) {
    this.delayMs = delayMs;
  }
}

/** What a program can wait for: a call of the sockets API, or time. */
export type Waiting = Call<unknown> | Sleep;

/**
 * An application: it yields what it waits for, and gets what it returned, or has its error thrown
 * at it. `const count = yield* wait(socket.read(buffer))` keeps the type.
 */
export type Program = Generator<Waiting, void, unknown>;

export function* wait<T>(call: Call<T>): Generator<Waiting, T, unknown> {
  return (yield call) as T;
}

export function* sleep(delayMs: number): Generator<Waiting, void, unknown> {
  yield new Sleep(delayMs);
}

/** How a program ended. */
export type Ending = 'returned' | SocketError;

/**
 * Runs a program in virtual time. It goes on in an alarm of its own, as a process is woken: never in
 * the middle of what its host is at.
 */
export class Run {
  private readonly clock: Clock;
  private readonly program: Program;
  private readonly whenOver: (ending: Ending) => void;
  /** Called after each step, for what the step did to its host. */
  private readonly stepped: () => void;
  private isOver = false;
  private pending: Call<unknown> | undefined = undefined;

  constructor(
    clock: Clock,
    program: Program,
    stepped: () => void,
    whenOver: (ending: Ending) => void,
  ) {
    this.clock = clock;
    this.program = program;
    this.stepped = stepped;
    this.whenOver = whenOver;
    clock.after(0, () => this.resume(undefined));
  }

  get over(): boolean {
    return this.isOver;
  }

  /** It never goes on: a killed process runs no `finally`. The call that it waits for is left. */
  stop(): void {
    this.isOver = true;
    this.pending?.cancel();
    this.pending = undefined;
  }

  private resume(outcome: Outcome<unknown>): void {
    if (this.isOver) return;
    this.pending = undefined;
    try {
      const step =
        outcome instanceof SocketError ? this.program.throw(outcome) : this.program.next(outcome);
      if (step.done === true) this.end('returned');
      else this.await(step.value);
    } catch (error) {
      // An error of the sockets API that it does not catch ends it; all others are ours.
      if (!(error instanceof SocketError)) throw error;
      this.end(error);
    } finally {
      this.stepped();
    }
  }

  private await(waiting: Waiting): void {
    if (waiting instanceof Sleep) {
      this.clock.after(waiting.delayMs, () => this.resume(undefined));
      return;
    }
    this.pending = waiting;
    waiting.whenSettled((outcome) => {
      this.clock.after(0, () => this.resume(outcome));
    });
  }

  private end(ending: Ending): void {
    this.isOver = true;
    this.whenOver(ending);
  }
}
