import type { Endpoint, IpAddress } from '../wire/ip-address.ts';
import type { Attachment, Waiter } from './attachment.ts';
import { type Binding, covers } from './ports.ts';
import type { SocketOptions } from './socket-options.ts';

/** A listening socket with its two queues. */
export class Listener {
  readonly binding: Binding;
  private endpoint: Endpoint | undefined = undefined;
  private readonly socket: Waiter & { readonly options: SocketOptions };
  /** min(backlog, somaxconn), `sk_max_ack_backlog`. */
  backlog: number;
  /** SYN queue: half-open connections. */
  readonly requests = new Set<Attachment>();
  /** Accept queue: connections that nobody has accepted yet, the oldest first; dead ones stay. */
  readonly accepted: Attachment[] = [];
  /** When the SYN queue last overflowed into cookies, so that an ACK may hold one. */
  cookiesSentAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    binding: Binding,
    socket: Waiter & { readonly options: SocketOptions },
    backlog: number,
  ) {
    this.binding = binding;
    this.socket = socket;
    this.backlog = backlog;
  }

  /** What its connections inherit. */
  get options(): SocketOptions {
    return this.socket.options;
  }

  /** Whoever waits in accept(2). */
  get waiter(): Waiter {
    return this.socket;
  }

  /** The local end of its connections to that address, one object for as many as possible. */
  endpointAt(address: IpAddress): Endpoint {
    if (this.endpoint?.address !== address) {
      this.endpoint = { address, port: this.binding.port };
    }
    return this.endpoint;
  }

  /** sk_acceptq_is_full: one more than the backlog fits. */
  get isAcceptQueueFull(): boolean {
    return this.accepted.length > this.backlog;
  }

  /** For how many time-outs of its SYN,ACK a connection may wait for data (TCP_DEFER_ACCEPT). */
  get deferredRetries(): number {
    return deferredRetries(this.options.deferAccept);
  }

  /** inet_csk_reqsk_queue_is_full: here too one more than the backlog fits. */
  get isSynQueueFull(): boolean {
    return this.requests.size > this.backlog;
  }
}

/** Who listens where. */
export class Listeners {
  private readonly byPort = new Map<number, Listener[]>();

  add(listener: Listener): void {
    const { port } = listener.binding;
    const here = this.byPort.get(port);
    if (here === undefined) this.byPort.set(port, [listener]);
    else here.push(listener);
  }

  remove(listener: Listener): void {
    const { port } = listener.binding;
    const here = this.byPort.get(port) ?? [];
    here.splice(here.indexOf(listener), 1);
    if (here.length === 0) this.byPort.delete(port);
  }

  ports(): number[] {
    return [...this.byPort.keys()];
  }

  /** The one for this local address: an exact one before a wildcard, its own family's first. */
  find(address: IpAddress, port: number): Listener | undefined {
    const here = this.byPort.get(port);
    if (here === undefined) return undefined;
    let best: Listener | undefined = undefined;
    let most = 0;
    for (const listener of here) {
      const score = scoreOf(listener.binding, address);
      if (score <= most) continue;
      best = listener;
      most = score;
    }
    return best;
  }

  *[Symbol.iterator](): Generator<Listener> {
    for (const here of this.byPort.values()) yield* here;
  }

  clear(): void {
    this.byPort.clear();
  }
}

const scoreOf = (binding: Binding, address: IpAddress): number => {
  if (!covers(binding, address)) return 0;
  if (binding.address !== undefined) return 3;
  return binding.inet && binding.inet6 ? 1 : 2;
};

/** TCP_DEFER_ACCEPT's seconds as time-outs of a SYN,ACK, 1 s doubling (secs_to_retrans). */
const deferredRetries = (seconds: number): number => {
  if (seconds <= 0) return 0;
  let retries = 1;
  for (let timeout = 1, all = 1; seconds > all && retries < 255; retries += 1) {
    timeout = Math.min(timeout * 2, 120);
    all += timeout;
  }
  return retries;
};
