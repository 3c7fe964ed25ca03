import type { CauseId } from '../causes/ids.ts';
import type { ResetSent } from '../tcp/reset-event.ts';
import { Datagram, PROTOCOL_TCP, readDatagram } from '../wire/datagram.ts';
import { type Endpoint, IpAddress } from '../wire/ip-address.ts';
import { readSegment } from '../wire/segment-in.ts';
import { Segment } from '../wire/segment.ts';

/** What is known of a packet's making; all its copies on the way share it. */
interface Account {
  event: ResetSent | undefined;
  blame: CauseId | undefined;
  damaged: boolean;
}

/** An IP packet on its way. */
export class InFlight {
  /** The whole packet, its own copy; whoever rewrites it on the way makes a new one. */
  readonly bytes: Uint8Array;
  private readonly account: Account;

  constructor(
    bytes: Uint8Array,
    account: Account = { event: undefined, blame: undefined, damaged: false },
  ) {
    this.bytes = bytes;
    this.account = account;
  }

  /** The same packet with other bytes: changed, or a second one. */
  with(bytes: Uint8Array): InFlight {
    return new InFlight(bytes, this.account);
  }

  /** Of a reset: what its maker told about it, from the moment when it was told. */
  get event(): ResetSent | undefined {
    return this.account.event;
  }

  /** The same object for this packet and whatever became of it on the way. */
  get identity(): object {
    return this.account;
  }

  tell(event: ResetSent): void {
    this.account.event = event;
  }

  /**
   * The cause: its maker's word, or that of somebody on the way who knows better, since he brought
   * the reset about.
   */
  get cause(): CauseId | undefined {
    return this.account.blame ?? this.account.event?.cause;
  }

  blame(cause: CauseId): void {
    this.account.blame = cause;
  }

  /** False if it, or a copy of it, was damaged before. */
  damage(): boolean {
    const { damaged } = this.account;
    this.account.damaged = true;
    return !damaged;
  }
}

/** A look into packets, reused for each: what `read` last saw. */
export class Dissection {
  readonly datagram = new Datagram();
  readonly segment = new Segment();

  /** False for anything but a whole TCP segment; damaged ones too if `verify`. */
  read(packet: InFlight, verify = false): boolean {
    const { datagram } = this;
    if (!readDatagram(packet.bytes, 0, packet.bytes.length, datagram)) return false;
    if (datagram.protocol !== PROTOCOL_TCP || datagram.fragment) return false;
    return readSegment(datagram, this.segment, verify);
  }

  get source(): Endpoint {
    return { address: sourceOf(this.datagram), port: this.segment.sourcePort };
  }

  get target(): Endpoint {
    return { address: targetOf(this.datagram), port: this.segment.targetPort };
  }
}

export const sourceOf = (d: Datagram): IpAddress =>
  new IpAddress(d.version === 4 ? 4 : 6, d.source0, d.source1, d.source2, d.source3);

export const targetOf = (d: Datagram): IpAddress =>
  new IpAddress(d.version === 4 ? 4 : 6, d.target0, d.target1, d.target2, d.target3);
