import type { Attachment } from './attachment.ts';
import { type Call, SettledCall, WaitingCall } from './call.ts';
import { Alarm } from './alarm.ts';
import { letGo } from './closing.ts';
import { type PollEvent, readiness } from './poll.ts';
import type { Family } from './socket-address.ts';
import type { SocketOptions } from './socket-options.ts';
import { Socket } from './socket.ts';
import type { Stack } from './stack.ts';

export type Signal = 'SIGHUP' | 'SIGINT' | 'SIGKILL' | 'SIGPIPE' | 'SIGTERM';

/** What a process does about a signal: die of it, not notice it, or run something. */
export type Disposition = 'default' | 'ignore' | (() => void);

/** One of the sockets that poll(2) is asked about. */
export interface Polled {
  readonly socket: Socket;
  readonly events: readonly PollEvent[];
}

/** What holds sockets, and loses them all at once when it dies. */
export class Process {
  readonly name: string;
  alive = true;
  private readonly stack: Stack;
  private readonly onSignal: ((process: Process, signal: Signal) => void) | undefined;
  /** In the order of their file descriptors. */
  private readonly sockets = new Set<Socket>();
  private readonly dispositions = new Map<Signal, Disposition>();

  constructor(
    name: string,
    stack: Stack,
    onSignal: ((process: Process, signal: Signal) => void) | undefined,
  ) {
    this.name = name;
    this.stack = stack;
    this.onSignal = onSignal;
  }

  /** socket(2). Throws once the process is dead. */
  socket(family: Family = 'inet'): Socket {
    this.mustLive();
    const socket = new Socket(this, this.stack, family);
    this.sockets.add(socket);
    return socket;
  }

  /**
   * poll(2): of each socket what is true of it (POLLERR and POLLHUP unasked), as soon as that is
   * anything, or nothing of all of them after `timeoutMs`.
   */
  poll(polled: readonly Polled[], timeoutMs = Number.POSITIVE_INFINITY): Call<PollEvent[][]> {
    this.mustLive();
    const look = (): PollEvent[][] => polled.map(({ socket, events }) => readiness(socket, events));
    const found = look();
    if (timeoutMs <= 0 || isAny(found)) return new SettledCall(found);
    let alarm: Alarm | undefined = undefined;
    let isLate = false;
    const call = new WaitingCall<PollEvent[][]>(() => {
      const now = look();
      if (!isAny(now) && !isLate) return undefined;
      alarm?.callOff();
      return now;
    });
    for (const { socket } of polled) socket.waitFor(call);
    if (timeoutMs === Number.POSITIVE_INFINITY) return call;
    alarm = new Alarm(this.stack, this.stack.now + timeoutMs, (now) => {
      isLate = true;
      call.tryAgain(now, this.stack.later);
    });
    return call;
  }

  /** signal(2). SIGKILL cannot be caught. */
  handle(signal: Exclude<Signal, 'SIGKILL'>, disposition: Disposition): void {
    this.dispositions.set(signal, disposition);
  }

  /**
   * kill(2): by default the process dies, and its sockets are closed in the order they were opened in,
   * as close(2) does it but without waiting for SO_LINGER.
   */
  kill(signal: Signal): void {
    if (this.raise(signal)) return;
    this.stack.tell();
  }

  /** A signal comes. Whether the process lives on. */
  raise(signal: Signal): boolean {
    if (!this.alive) return false;
    const disposition = this.dispositions.get(signal) ?? 'default';
    if (disposition === 'ignore') return true;
    this.onSignal?.(this, signal);
    if (disposition !== 'default') {
      this.stack.later(disposition);
      return true;
    }
    this.die();
    return false;
  }

  /** A socket for a connection that was accepted. */
  take(family: Family, options: SocketOptions, attachment: Attachment): Socket {
    const socket = new Socket(this, this.stack, family, options);
    socket.phase = 'connected';
    socket.attachment = attachment;
    attachment.waiter = socket;
    this.sockets.add(socket);
    return socket;
  }

  /** The socket was closed. */
  drop(socket: Socket): void {
    this.sockets.delete(socket);
  }

  private die(): void {
    this.alive = false;
    const { now } = this.stack;
    for (const socket of this.sockets) letGo(socket, now);
  }

  private mustLive(): void {
    if (!this.alive) throw new Error(`process ${this.name} is dead`);
  }
}

const isAny = (found: readonly (readonly PollEvent[])[]): boolean =>
  found.some((events) => events.length > 0);
