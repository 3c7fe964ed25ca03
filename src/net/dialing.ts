import dns, { ADDRCONFIG, type LookupAddress } from 'node:dns';
import {
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  type LookupFunction,
} from 'node:net';
import type { Carrier } from './carrier.ts';
import type { ConnectOptions } from './connect-arguments.ts';
import {
  invalidAddressFamily,
  invalidIpAddress,
  type LocalEnd,
  noneReached,
  systemError,
  type SystemError,
} from './errors.ts';
import { Handle } from './handle.ts';

/** Whom a dialling tells how it goes. */
export interface DialingEvents {
  /** A name was looked up; or it could not be. */
  lookedUp(error: Error | null, ip: unknown, family: unknown, host: string): void;
  attempted(address: string, port: number, family: number, isOneOfMany: boolean): void;
  attemptFailed(address: string, port: number, family: number, error: Error): void;
  attemptTimedOut(address: string, port: number, family: number): void;
  /** The attempt under way; before its connect(2), so that options can be set. */
  begun(handle: Handle): void;
  connected(handle: Handle): void;
  failed(error: Error): void;
}

interface Target {
  readonly address: string;
  readonly family: 4 | 6;
}

/** As `server.address()` has them too. */
const FAMILIES: ReadonlyMap<unknown, 4 | 6> = new Map<unknown, 4 | 6>([
  [4, 4],
  ['IPv4', 4],
  [6, 6],
  ['IPv6', 6],
]);

/** Shortest time that an attempt is given, in milliseconds. */
const LEAST_ATTEMPT_MS = 10;

/** From a host's name to a connection: lookup, and one address after the other. */
export class Dialing {
  private readonly carrier: Carrier;
  private readonly options: ConnectOptions;
  private readonly events: DialingEvents;
  private readonly host: string;
  private readonly port: number;
  private readonly errors: Error[] = [];
  private timer: NodeJS.Timeout | undefined = undefined;
  private isOver = false;

  /** The options have been checked. */
  constructor(carrier: Carrier, options: ConnectOptions, events: DialingEvents) {
    this.carrier = carrier;
    this.options = options;
    this.events = events;
    this.host = options.host || 'localhost';
    this.port = Number(options.port ?? 0);
  }

  start(): void {
    const { path } = this.options;
    if (path) return this.fail(systemError('connect', 'EAFNOSUPPORT', { address: path }));
    const family = isIP(this.host);
    if (family === 0) return this.lookUp();
    const target: Target = { address: this.host, family: family === 4 ? 4 : 6 };
    process.nextTick(() => this.tryOnly(target));
  }

  /** Nobody wants it any more; the attempt under way is given up. */
  cancel(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private lookUp(): void {
    const { options, host, events } = this;
    const { localAddress } = options;
    const family = FAMILIES.get(options.family) ?? 0;
    const hints = options.hints || (family === 0 ? ADDRCONFIG : 0);
    const lookup: LookupFunction = options.lookup ?? dns.lookup;
    const all = this.selectsFamily && family === 0 && !localAddress;
    if (all) {
      lookup(host, { family, hints, all }, (error, found) =>
        this.foundAll(error, found as LookupAddress[]),
      );
      return;
    }
    lookup(host, { family, hints }, (error, ip, ipFamily) => {
      events.lookedUp(error, ip, ipFamily, host);
      if (this.isOver) return;
      const target = error ?? this.targetOf(ip, ipFamily);
      if (target instanceof Error) this.fail(target);
      else this.tryOnly(target);
    });
  }

  private get selectsFamily(): boolean {
    return this.options.autoSelectFamily ?? getDefaultAutoSelectFamily();
  }

  private foundAll(error: Error | null, found: readonly LookupAddress[]): void {
    const { events, host } = this;
    if (this.isOver) return;
    if (error !== null && error !== undefined) {
      events.lookedUp(error, undefined, undefined, host);
      return this.fail(error);
    }
    const targets: Target[] = [];
    let firstWrong: Error | undefined = undefined;
    for (const { address, family } of found) {
      const target = this.targetOf(address, family);
      if (target instanceof Error) firstWrong ??= target;
      else {
        events.lookedUp(null, address, family, host);
        // Who listens may have ended it.
        if (this.isOver) return;
        targets.push(target);
      }
    }
    if (targets.length === 0) return this.fail(firstWrong ?? invalidIpAddress(undefined));
    if (targets.length === 1) return this.tryOnly(targets[0]!);
    this.tryNext(interleaved(targets));
  }

  private targetOf(address: unknown, family: unknown): Target | Error {
    if (typeof address !== 'string' || isIP(address) === 0) return invalidIpAddress(address);
    if (family !== 4 && family !== 6) {
      return invalidAddressFamily(family, this.options.host, this.port);
    }
    return { address, family };
  }

  private tryOnly(target: Target): void {
    if (!this.isOver) this.attempt(target, false, (error) => this.end(error));
  }

  private tryNext(targets: readonly Target[]): void {
    if (this.isOver) return;
    const [target, ...others] = targets;
    if (target === undefined) return this.end(noneReached(this.errors));
    const isLast = others.length === 0;
    const { address, family } = target;
    const next = (error: Error): void => {
      clearTimeout(this.timer);
      this.errors.push(error);
      this.events.attemptFailed(address, this.port, family, error);
      this.tryNext(others);
    };
    const handle = this.attempt(target, true, next);
    if (isLast || handle === undefined) return;
    this.timer = setTimeout(() => this.timeUp(handle, target, others), this.attemptMs);
  }

  private get attemptMs(): number {
    const ms = this.options.autoSelectFamilyAttemptTimeout;
    return Math.max(LEAST_ATTEMPT_MS, ms ?? getDefaultAutoSelectFamilyAttemptTimeout());
  }

  private timeUp(handle: Handle, { address, family }: Target, others: readonly Target[]): void {
    const { port, events } = this;
    if (this.isOver) return;
    handle.close(false);
    this.errors.push(systemError('connect', 'ETIMEDOUT', { address, port }));
    events.attemptTimedOut(address, port, family);
    this.tryNext(others);
  }

  /** Undefined if it failed at once; `failed` is called whenever it does. */
  private attempt(
    { address, family }: Target,
    isOneOfMany: boolean,
    failed: (error: Error) => void,
  ): Handle | undefined {
    const { carrier, events, port } = this;
    const socket = carrier.process.socket(family === 4 ? 'inet' : 'inet6');
    const handle = new Handle(carrier, socket);
    const give = (error: Error): undefined => {
      handle.close(false);
      failed(error);
      return undefined;
    };
    events.begun(handle);
    const refused = this.bind(handle, family);
    if (refused !== undefined) return give(refused);
    events.attempted(address, port, family, isOneOfMany);
    if (this.isOver) {
      handle.close(false);
      return undefined;
    }
    if (!carrier.reaches(address)) {
      const local = handle.shownLocal;
      return give(systemError('connect', 'ENETUNREACH', { address, port, local }));
    }
    const error = handle.connect({ address, port }, this.askedLocal, (later) => {
      if (later !== undefined) {
        give(later);
        return;
      }
      clearTimeout(this.timer);
      this.isOver = true;
      events.connected(handle);
    });
    return error === undefined ? handle : give(error);
  }

  private bind(handle: Handle, family: 4 | 6): SystemError | undefined {
    const { localAddress, localPort } = this.options;
    if (!localAddress && !localPort) return undefined;
    const address = localAddress || (family === 4 ? '0.0.0.0' : '::');
    this.carrier.reaches(address);
    return handle.bind({ address, port: localPort ?? 0 });
  }

  private get askedLocal(): LocalEnd | undefined {
    const { localAddress: address, localPort: port } = this.options;
    return address && port ? { address, port } : undefined;
  }

  private end(error: Error): void {
    this.isOver = true;
    this.events.failed(error);
  }

  private fail(error: Error): void {
    process.nextTick(() => {
      if (!this.isOver) this.end(error);
    });
  }
}

/** The families take turns, that of the first address first. */
const interleaved = (targets: readonly Target[]): Target[] => {
  const first = targets.filter(({ family }) => family === targets[0]?.family);
  const second = targets.filter(({ family }) => family !== targets[0]?.family);
  const mixed: Target[] = [];
  for (let at = 0; at < Math.max(first.length, second.length); at += 1) {
    mixed.push(...first.slice(at, at + 1), ...second.slice(at, at + 1));
  }
  return mixed;
};
