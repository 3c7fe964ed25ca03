import { type Connection, NEVER } from '../tcp/connection.ts';
import type { Request } from '../tcp/request.ts';
import { deadline } from '../tcp/timeouts.ts';
import type { Listener } from './listener.ts';
import type { Path } from './path.ts';
import type { Stack } from './stack.ts';
import type { Timed } from './timers.ts';
import type { Hashed } from './tuple-table.ts';

/** Whoever waits for something to happen to a connection. */
export interface Waiter {
  wake(now: number): void;
}

/** What a host keeps of one four-tuple: a request, and then the connection that it becomes. */
export class Attachment implements Hashed, Timed {
  readonly path: Path;
  readonly hash: number;
  private readonly stack: Stack;
  /** In the timers; -1 once the host has let go of it. */
  timer = -1;
  request: Request | undefined = undefined;
  connection: Connection | undefined = undefined;
  /** In whose queue it is. */
  listener: Listener | undefined = undefined;
  /** The socket that has the connection. */
  waiter: Waiter | undefined = undefined;
  /** Its socket has SO_REUSEADDR. */
  readonly reuse: boolean;
  /** It counts among the orphans. */
  orphan = false;
  /** Bytes of text that it was last seen to hold, of which the stack keeps the sum. */
  heldBytes = 0;
  /** Its SYN is not answered yet. */
  opening = false;
  /** Of a request: the third segment came without data, and TCP_DEFER_ACCEPT waits for some. */
  deferred = false;
  /** Of a request: the third segment came, and the accept queue had no place. */
  overflowed = false;

  constructor(stack: Stack, path: Path, hash: number, reuse: boolean) {
    this.stack = stack;
    this.path = path;
    this.hash = hash;
    this.reuse = reuse;
  }

  get isHeld(): boolean {
    return this.timer !== -1;
  }

  deadline(): number {
    if (this.connection !== undefined) return deadline(this.connection);
    return this.request?.deadlineMs ?? NEVER;
  }

  timeUp(now: number): void {
    this.stack.timeUp(this, now);
  }
}
