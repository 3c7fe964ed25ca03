import { closedBeforeConnection, socketClosed, type SystemError } from './errors.ts';
import type { Handle } from './handle.ts';

type Callback = (error?: Error | null) => void;

interface Write {
  readonly chunks: readonly Uint8Array[];
  readonly callback: Callback;
}

/** What a socket was given to send: one write at a time, and the end behind the last. */
export class Outbox {
  /** Of writes that the engine has taken. */
  bytesSent = 0;
  private readonly sentSome: () => void;
  private handle: Handle | undefined = undefined;
  /** For the connection to come. */
  private waiting: Write | undefined = undefined;
  private ending: Callback | undefined = undefined;
  /** Of a write that the engine has not taken in full. */
  private unsent: Callback | undefined = undefined;

  constructor(sentSome: () => void) {
    this.sentSome = sentSome;
  }

  send(chunks: readonly Uint8Array[], callback: Callback, isConnecting: boolean): void {
    const { handle } = this;
    if (isConnecting) this.waiting = { chunks, callback };
    else if (handle === undefined) callback(socketClosed());
    else this.write(handle, { chunks, callback });
  }

  /** The FIN; it too waits for the connection. That it is out is told as late as libuv does it. */
  end(callback: Callback): void {
    const { handle } = this;
    if (handle === undefined) {
      this.ending = callback;
      return;
    }
    let error: SystemError | undefined = undefined;
    // In the queue before what the FIN may bring about on a loopback.
    setImmediate(() => callback(error));
    error = handle.shutdown();
  }

  connected(handle: Handle): void {
    this.handle = handle;
  }

  /** What waited for the connection leaves. */
  flush(): void {
    const { handle, waiting, ending } = this;
    if (handle === undefined) return;
    this.waiting = undefined;
    this.ending = undefined;
    if (waiting !== undefined) this.write(handle, waiting);
    if (ending !== undefined) this.end(ending);
  }

  /** The socket was destroyed: nothing leaves any more. */
  stop(): void {
    this.handle = undefined;
  }

  /** Tells those who still wait. */
  closed(): void {
    const { unsent, waiting } = this;
    this.unsent = undefined;
    this.waiting = undefined;
    // As with node:net the callback of a write that was under way hears nothing of the destruction.
    unsent?.();
    waiting?.callback(closedBeforeConnection());
  }

  private write(handle: Handle, { chunks, callback }: Write): void {
    this.sentSome();
    this.unsent = callback;
    handle.write(chunks, (error) => {
      this.unsent = undefined;
      if (error === undefined) for (const { length } of chunks) this.bytesSent += length;
      callback(error);
    });
  }
}
