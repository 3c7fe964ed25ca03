import type { Departure } from './departure.ts';
import type { PacketAction, TcpOption } from './script.ts';

const SYN = 2;
const ACK = 16;

const unsigned = (value: number): number => value >>> 0;

/**
 * How the numbers of a script stand for those on the wire. In scripts sequence numbers count from
 * the initial ones, but for segments with SYN, which give those; the host under test chooses its own,
 * and the first of its TS values likewise.
 */
export class Dialogue {
  /** On the wire, and in the script. 0 until learnt. */
  private localIss = 0;
  private scriptIss = 0;
  /** The script chooses this one, so it is the same on the wire. */
  private remoteIss = 0;
  private firstVal: { readonly script: number; readonly wire: number } | undefined = undefined;
  /** TS values that left, by what the script calls them. */
  private readonly vals = new Map<number, number>();
  private readonly scaledEcho: boolean;
  readonly remotePort: number;

  constructor(remotePort: number, scaledEcho: boolean) {
    this.remotePort = remotePort;
    this.scaledEcho = scaledEcho;
  }

  /** The script lets a SYN come: its sequence number is where the remote side begins. */
  remoteBegins(seq: number): void {
    this.remoteIss = seq;
  }

  /** A SYN left whose sequence number the script calls `script`. */
  localBegins(script: number, wire: number): void {
    this.scriptIss = script;
    this.localIss = wire;
  }

  /** The numbers of a packet that is to come, for the wire; or why they cannot be known. */
  arrival(
    packet: PacketAction,
  ): { seq: number; ack: number; options: readonly TcpOption[] } | string {
    const isSyn = (packet.flags & SYN) !== 0;
    const local = this.localOffset(isSyn);
    const options: TcpOption[] = [];
    for (const option of packet.options === 'any' ? [] : packet.options) {
      const mapped = this.optionArrives(option, local, (packet.flags & ACK) !== 0);
      if (typeof mapped === 'string') return mapped;
      options.push(mapped);
    }
    const remote = isSyn || packet.absolute ? 0 : this.remoteIss;
    return {
      seq: unsigned((packet.seq ?? 0) + remote),
      ack: (packet.flags & ACK) === 0 ? 0 : unsigned((packet.ack ?? 0) + local),
      options,
    };
  }

  /** What is quoted in an ICMP error. */
  quoted(seq: number): number {
    return unsigned(seq + this.localIss);
  }

  /** A packet that left, in the numbers of the script. */
  departure(packet: Departure, absolute: boolean): PacketAction {
    const isSyn = (packet.flags & SYN) !== 0;
    const remote = isSyn ? 0 : this.remoteIss;
    const hasAck = (packet.flags & ACK) !== 0;
    return {
      kind: 'packet',
      direction: 'out',
      flags: packet.flags,
      seq: absolute ? packet.seq : unsigned(packet.seq - this.localOffset(isSyn)),
      absolute,
      length: packet.length,
      ack: hasAck ? unsigned(packet.ack - remote) : undefined,
      window: packet.window,
      urgent: packet.urgent,
      options: packet.options.map((option) => this.optionLeft(option, remote)),
      ip: { tos: packet.tos, ttl: packet.ttl, ecn: packet.tos & 3 },
      sourcePort: packet.sourcePort,
      targetPort: packet.targetPort,
    };
  }

  /** The script expects this TS value where that one left. */
  learnVal(script: number, wire: number): void {
    this.vals.set(script, wire);
    this.firstVal ??= { script, wire };
  }

  private localOffset(isSyn: boolean): number {
    return isSyn ? this.localIss - this.scriptIss : this.localIss;
  }

  private optionArrives(option: TcpOption, local: number, hasAck: boolean): TcpOption | string {
    if (option.kind === 'sack') return { kind: 'sack', blocks: moved(option.blocks, local) };
    if (option.kind !== 'TS' || !hasAck) return option;
    const ecr = this.echo(option.ecr);
    if (ecr === undefined) return `no TS val ${option.ecr} has left that could be echoed`;
    return { ...option, ecr };
  }

  private echo(ecr: number): number | undefined {
    const exact = this.vals.get(ecr);
    if (exact !== undefined) return exact;
    if (!this.scaledEcho || this.firstVal === undefined) return undefined;
    return unsigned(ecr - this.firstVal.script + this.firstVal.wire);
  }

  private optionLeft(option: TcpOption, remote: number): TcpOption {
    if (option.kind === 'sack') return { kind: 'sack', blocks: moved(option.blocks, -remote) };
    if (option.kind !== 'TS' || this.firstVal === undefined) return option;
    const { script, wire } = this.firstVal;
    return { ...option, val: unsigned(option.val - wire + script) };
  }
}

const moved = (
  blocks: readonly (readonly [number, number])[],
  by: number,
): (readonly [number, number])[] =>
  blocks.map(([left, right]) => [unsigned(left + by), unsigned(right + by)]);
