import { Dissection, type InFlight } from '../sim/in-flight.ts';
import type { Middlebox, Side, Ways } from '../sim/middlebox.ts';
import type { ResetSent } from '../tcp/reset-event.ts';
import { fits, type Pattern } from './match.ts';

interface Passing {
  readonly packet: InFlight;
  readonly toward: Side;
}

interface WireRule {
  readonly pattern: Pattern;
  readonly keeps: boolean;
  /** Segments that it still takes. */
  left: number;
}

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
  lose(pattern: Pattern, times: number): void {
    this.rules.push({ pattern, keeps: false, left: times });
  }

  /** From now on the first `times` matching segments wait for `release`. */
  hold(pattern: Pattern, times: number): void {
    this.rules.push({ pattern, keeps: true, left: times });
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
  newest(pattern: Pattern): Passing | undefined {
    return this.seen.findLast(({ packet, toward }) => this.matches(pattern, packet, toward));
  }

  private ruleFor(packet: InFlight, toward: Side): WireRule | undefined {
    return this.rules.find(
      ({ pattern, left }) => left > 0 && this.matches(pattern, packet, toward),
    );
  }

  private matches(pattern: Pattern, packet: InFlight, toward: Side): boolean {
    return this.look.read(packet) && fits(pattern, this.look.segment, toward);
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
