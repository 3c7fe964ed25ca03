import type { CauseId } from '../../causes/ids.ts';
import { resetFor } from '../../tcp/reset.ts';
import { type Endpoint, nameOf } from '../../wire/ip-address.ts';
import { ACK, RST } from '../../wire/packet.ts';
import { Dissection, type InFlight } from '../in-flight.ts';
import { type Middlebox, type Side, type Ways, otherSide } from '../middlebox.ts';
import { ConnectionTracking } from './conntrack.ts';
import { forge } from './forge.ts';
import { readdress } from './readdress.ts';

export interface NatOptions {
  /** The address that clients on the left speak to, and the server on the right that answers for it. */
  readonly service: Endpoint;
  readonly server: Endpoint;
  /** How long a connection may be silent, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** What happens to a segment that tracking calls invalid; Linux lets it go on untranslated. */
  readonly invalid?: 'untranslated' | 'drop';
  readonly name?: string;
}

const OWN_TTL = 64;

/**
 * Destination NAT as a Kubernetes service or a home router's port forwarding does it. What comes
 * for the service and belongs to no connection is answered by its own stack, with a reset. What
 * comes back from the server and belongs to none, or is invalid, goes on under the server's own
 * address, and the client resets the stranger: that reset is this box's work, and gets its cause.
 */
export class Nat implements Middlebox {
  readonly name: string;
  private readonly options: NatOptions;
  private readonly tracking: ConnectionTracking;
  private readonly look = new Dissection();
  private ways: Ways | undefined = undefined;
  /** Why a segment went on untranslated, by client and acknowledgement number. */
  private readonly strays = new Map<string, CauseId>();

  constructor(options: NatOptions) {
    this.name = options.name ?? 'nat';
    this.options = options;
    this.tracking = new ConnectionTracking(options.idleTimeoutMs);
  }

  attach(ways: Ways): void {
    this.ways = ways;
  }

  /** Loses its table. */
  restart(): void {
    this.tracking.clear();
  }

  arrives(packet: InFlight, toward: Side, now: number): void {
    if (!this.look.read(packet)) this.ways?.forward(packet, toward);
    else if (toward === 'right') this.fromClient(packet, now);
    else this.fromServer(packet, now);
  }

  deadline(): number {
    return this.tracking.nextExpiryMs();
  }

  timeout(now: number): void {
    this.tracking.expire(now);
  }

  private fromClient(packet: InFlight, now: number): void {
    const { look, options } = this;
    if (nameOf(look.target) !== nameOf(options.service)) {
      this.settleBlame(packet);
      this.ways?.forward(packet, 'right');
      return;
    }
    // It is tracked under the server's address, so that both directions are one connection.
    const translated = readdress(packet, look, 'target', options.server);
    look.read(translated);
    const judgement = this.tracking.judge(look, 'left', now);
    if (judgement === 'unknown') this.answer(now);
    else if (judgement !== 'invalid') this.ways?.forward(translated, 'right');
  }

  private fromServer(packet: InFlight, now: number): void {
    const { look, options } = this;
    if (nameOf(look.source) !== nameOf(options.server)) {
      this.ways?.forward(packet, 'left');
      return;
    }
    const judgement = this.tracking.judge(look, 'right', now);
    if (judgement === 'known' || judgement === 'new') {
      this.ways?.forward(readdress(packet, look, 'source', options.service), 'left');
    } else if (judgement === 'unknown') {
      this.letStray(packet, 'middlebox-idle-timeout');
    } else if (options.invalid !== 'drop') {
      this.letStray(packet, 'conntrack-invalid');
    }
  }

  /** To a segment for the service that belongs to no connection. */
  private answer(now: number): void {
    const { segment, source } = this.look;
    if ((segment.flags & RST) !== 0) return;
    const reset = resetFor('middlebox-idle-timeout', { answering: segment });
    const ends = { source: this.options.service, target: source };
    const packet = forge({ reset, ...ends, ttl: OWN_TTL, answers: segment }, now);
    if (packet.event !== undefined) this.ways?.report(packet.event);
    this.ways?.forward(packet, otherSide('right'));
  }

  private letStray(packet: InFlight, cause: CauseId): void {
    const { segment, target } = this.look;
    if ((segment.flags & ACK) !== 0) this.strays.set(`${nameOf(target)} ${segment.ack}`, cause);
    this.ways?.forward(packet, 'left');
  }

  /** A reset to the server's own address that answers a stray is this box's doing. */
  private settleBlame(packet: InFlight): void {
    const { segment, source } = this.look;
    if ((segment.flags & RST) === 0) return;
    const cause = this.strays.get(`${nameOf(source)} ${segment.seq}`);
    if (cause !== undefined) packet.blame(cause);
  }
}
