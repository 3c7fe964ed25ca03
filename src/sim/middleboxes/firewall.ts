import { resetFor } from '../../tcp/reset.ts';
import { type IcmpError, writeIcmpError } from '../../wire/icmp-message.ts';
import { RST } from '../../wire/packet.ts';
import { Dissection, InFlight, sourceOf, targetOf } from '../in-flight.ts';
import { type Middlebox, type Side, type Ways, otherSide } from '../middlebox.ts';
import { forge } from './forge.ts';

/** `drop` is silence; `tcp-reset` and the names of ICMP errors are what nftables calls reject. */
export type Verdict = 'accept' | 'drop' | 'tcp-reset' | IcmpError;

/** The first rule that matches a segment decides; without one it passes. */
export interface FirewallRule {
  readonly matches: (look: Dissection, toward: Side) => boolean;
  readonly verdict: Verdict;
}

/** As the sysctl ip_default_ttl has it. */
const OWN_TTL = 64;

/** A packet filter without state, as nftables has it. What is no TCP segment passes. */
export class Firewall implements Middlebox {
  readonly name: string;
  /** May be changed at any time. */
  readonly rules: FirewallRule[];
  private ways: Ways | undefined = undefined;
  private readonly look = new Dissection();

  constructor(rules: readonly FirewallRule[] = [], name = 'firewall') {
    this.rules = [...rules];
    this.name = name;
  }

  attach(ways: Ways): void {
    this.ways = ways;
  }

  arrives(packet: InFlight, toward: Side, now: number): void {
    const verdict = this.verdictOn(packet, toward);
    if (verdict === 'accept') this.ways?.forward(packet, toward);
    else if (verdict === 'tcp-reset') this.reset(toward, now);
    else if (verdict !== 'drop') this.complain(verdict, packet, toward);
  }

  deadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  timeout(): void {
    // It has no clock.
  }

  private verdictOn(packet: InFlight, toward: Side): Verdict {
    const { look } = this;
    if (!look.read(packet)) return 'accept';
    return this.rules.find(({ matches }) => matches(look, toward))?.verdict ?? 'accept';
  }

  /** In the name of the segment's target; a reset is dropped in silence (nf_reject_ip_tcphdr_get). */
  private reset(toward: Side, now: number): void {
    const { segment, source, target } = this.look;
    if ((segment.flags & RST) !== 0) return;
    const reset = resetFor('firewall-reject', { answering: segment });
    const answer = { reset, source: target, target: source, ttl: OWN_TTL, answers: segment };
    const packet = forge(answer, now);
    if (packet.event !== undefined) this.ways?.report(packet.event);
    this.ways?.forward(packet, otherSide(toward));
  }

  /** In the name of the target as well: the firewall has no address of its own. */
  private complain(error: IcmpError, packet: InFlight, toward: Side): void {
    const { datagram } = this.look;
    const into = new Uint8Array(1280);
    const length = writeIcmpError(
      error,
      0,
      targetOf(datagram),
      sourceOf(datagram),
      { ttl: OWN_TTL, id: 0, dontFragment: false },
      packet.bytes,
      0,
      packet.bytes.length,
      into,
      0,
    );
    this.ways?.forward(new InFlight(into.subarray(0, length)), otherSide(toward));
  }
}
