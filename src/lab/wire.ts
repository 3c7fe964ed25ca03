import type { Fits } from '../causes/scenario-match.ts';
import type { Role } from '../causes/scenario.ts';
import { Dissection, type InFlight } from '../sim/in-flight.ts';
import type { Middlebox, Side, Ways } from '../sim/middlebox.ts';
import type { ResetSent } from '../tcp/reset-event.ts';

interface Passing {
  readonly packet: InFlight;
  readonly toward: Side;
}

interface WireRule {
  readonly fits: Fits;
  readonly keeps: boolean;
  /** Segments that it still takes. */
  left: number;
}

/** Clients stand left, servers right. */
export const roleToward = (side: Side): Role => (side === 'left' ? 'client' : 'server');

/** A cable that somebody holds: segments pass, or are lost, or wait, and more are put in. */
export class Wire implements Middlebox {
  readonly name = 'wire';
  private ways: Ways | undefined;
  private readonly look = new Dissection();
  private readonly seen: Passing[] = [];
  private held: Passing[] = [];
  private rules: WireRule[] = [];

  attach(ways: Ways): void {
    this.ways = ways;
  }

  arrives(packet: InFlight, toward: Side): void {
    this.seen.push({ packet, toward });
    const rule = this.ruleFor(packet, toward);
    if (rule === undefined) {
      this.send(packet, toward);
      return;
    }
    rule.left -= 1;
    if (rule.keeps) this.held.push({ packet, toward });
  }

  deadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  timeout(): void {}

  /** From now on the first `times` matching segments vanish. */
  lose(fits: Fits, times: number): void {
    this.rules.push({ fits, keeps: false, left: times });
  }

  /** From now on the first `times` matching segments wait for `release`. */
  hold(fits: Fits, times: number): void {
    this.rules.push({ fits, keeps: true, left: times });
  }

  /** What was held goes on, in order. */
  release(): void {
    const { held } = this;
    this.held = [];
    for (const { packet, toward } of held) this.send(packet, toward);
  }

  discard(): void {
    this.held = [];
  }

  heal(): void {
    this.rules = [];
  }

  /** Puts a packet in that did not come from either end. */
  inject(packet: InFlight, toward: Side): void {
    if (packet.event !== undefined) this.tell(packet.event);
    this.send(packet, toward);
  }

  /** The newest segment that entered and matches, whatever became of it. */
  newest(fits: Fits): Passing | undefined {
    return this.seen.findLast(({ packet, toward }) => this.matches(fits, packet, toward));
  }

  private ruleFor(packet: InFlight, toward: Side): WireRule | undefined {
    return this.rules.find(({ fits, left }) => left > 0 && this.matches(fits, packet, toward));
  }

  private matches(fits: Fits, packet: InFlight, toward: Side): boolean {
    return this.look.read(packet) && fits(this.look.segment, roleToward(toward));
  }

  private send(packet: InFlight, toward: Side): void {
    this.attached.forward(packet, toward);
  }

  private tell(event: ResetSent): void {
    this.attached.report(event);
  }

  private get attached(): Ways {
    if (this.ways === undefined) throw new Error('the wire is not part of a network yet');
    return this.ways;
  }
}
