import { resetFor } from '../../tcp/reset.ts';
import { RST } from '../../wire/packet.ts';
import { Dissection, type InFlight } from '../in-flight.ts';
import { type Middlebox, type Side, type Ways, otherSide } from '../middlebox.ts';
import { ConnectionTracking, type Tracked } from './conntrack.ts';
import { forge } from './forge.ts';

export interface BalancerOptions {
  /** How long a connection may be silent, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** What it does at that moment: says nothing, or resets an end or both. */
  readonly atExpiry: 'nothing' | 'reset-left' | 'reset-right' | 'reset-both';
  /** What it does with later segments of a connection that it has forgotten. */
  readonly afterwards: 'drop' | 'reset' | 'forward';
  readonly name?: string;
  /** Of the resets that it writes, as they leave it. */
  readonly ttl?: number;
}

/**
 * What keeps a table of connections and forgets the idle ones: a balancer, a stateful firewall. It
 * changes no addresses.
 */
export class Balancer implements Middlebox {
  readonly name: string;
  private readonly options: BalancerOptions;
  private readonly tracking: ConnectionTracking;
  private readonly look = new Dissection();
  private ways: Ways | undefined = undefined;

  constructor(options: BalancerOptions) {
    this.name = options.name ?? 'balancer';
    this.options = options;
    this.tracking = new ConnectionTracking(options.idleTimeoutMs);
  }

  attach(ways: Ways): void {
    this.ways = ways;
  }

  /** Loses its table, as when it restarts or another machine takes its place. */
  restart(): void {
    this.tracking.clear();
  }

  arrives(packet: InFlight, toward: Side, now: number): void {
    const { look, options } = this;
    if (!look.read(packet) || this.tracking.judge(look, otherSide(toward), now) !== 'unknown') {
      this.ways?.forward(packet, toward);
    } else if (options.afterwards === 'forward') {
      this.ways?.forward(packet, toward);
    } else if (options.afterwards === 'reset') {
      this.answer(toward, now);
    }
  }

  deadline(): number {
    return this.tracking.nextExpiryMs();
  }

  timeout(now: number): void {
    const { atExpiry } = this.options;
    for (const tracked of this.tracking.expire(now)) {
      if (atExpiry === 'reset-left' || atExpiry === 'reset-both') this.reset(tracked, 'left', now);
      if (atExpiry === 'reset-right' || atExpiry === 'reset-both') {
        this.reset(tracked, 'right', now);
      }
    }
  }

  /** To a segment of a connection that it does not know, in the name of the segment's target. */
  private answer(toward: Side, now: number): void {
    const { segment, source, target } = this.look;
    if ((segment.flags & RST) !== 0) return;
    const reset = resetFor('middlebox-idle-timeout', { answering: segment });
    const forgery = { reset, source: target, target: source, ttl: this.ttl, answers: segment };
    this.send(forge(forgery, now), otherSide(toward));
  }

  /** To an end whose connection was idle too long, in the name of the other end. */
  private reset(tracked: Tracked, side: Side, now: number): void {
    const from = tracked[otherSide(side)];
    const to = tracked[side];
    if (!to.seen || to.closed || from.closed) return;
    const forged = { seq: to.acknowledged, ack: to.next };
    const reset = resetFor('middlebox-idle-timeout', { forged });
    const forgery = { reset, source: from.endpoint, target: to.endpoint, ttl: this.ttl };
    this.send(forge(forgery, now), side);
  }

  private send(packet: InFlight, toward: Side): void {
    if (packet.event !== undefined) this.ways?.report(packet.event);
    this.ways?.forward(packet, toward);
  }

  private get ttl(): number {
    return this.options.ttl ?? 64;
  }
}
