import { writeIcmpError } from '../wire/icmp-message.ts';
import { type IpAddress, parseAddress } from '../wire/ip-address.ts';
import { Datagram, readDatagram } from '../wire/datagram.ts';
import type { Alarm, Clock } from './clock.ts';
import { InFlight, sourceOf, targetOf } from './in-flight.ts';
import { Link, type LinkConditions, perfectLink } from './link.ts';
import { type Middlebox, type Side, otherSide } from './middlebox.ts';
import type { Random } from './prng.ts';
import { decrementTtl } from './time-to-live.ts';
import type { ResetSent } from '../tcp/reset-event.ts';

/** What hangs on the network: a host's interface. */
export interface Station {
  readonly name: string;
  readonly addresses: readonly IpAddress[];
  arrives(packet: InFlight): void;
}

/** A station's two links: its own words go up to the middle, others' come down. */
export interface Attachment {
  readonly side: Side;
  readonly up: Link;
  readonly down: Link;
  send(packet: InFlight): void;
}

export interface NetworkOptions {
  /** In the middle, from left to right. */
  readonly middleboxes?: readonly Middlebox[];
  /** The middle is a router, which counts the TTL down; else a wire. */
  readonly routed?: boolean;
  /** Packets too large for a link vanish, and nobody is told (a PMTUD black hole). */
  readonly silentAboutMtu?: boolean;
  /** A middlebox made a reset. */
  readonly onReset: (who: string, event: ResetSent) => void;
}

/** Sees every packet that crosses an edge of the middle. */
export type Tap = (packet: InFlight, toward: Side) => void;

/** Who complains about packets that do not fit. */
const ROUTER = { 4: parseAddress('192.0.2.1')!, 6: parseAddress('2001:db8::1')! };
const ROUTER_TTL = { ttl: 64, id: 0, dontFragment: false };

/**
 * Stations left and right of a middle, each on a link of its own. What goes from one side to the
 * other passes the middleboxes; what stays on a side does not.
 */
export class Network {
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly options: NetworkOptions;
  private readonly boxes: readonly Middlebox[];
  private readonly alarms: (Alarm | undefined)[];
  private readonly stations = new Map<string, { station: Station; attachment: Attachment }>();
  private readonly taps: Record<Side, Tap[]> = { left: [], right: [] };
  private readonly header = new Datagram();

  constructor(clock: Clock, random: Random, options: NetworkOptions) {
    this.clock = clock;
    this.random = random;
    this.options = options;
    this.boxes = options.middleboxes ?? [];
    this.alarms = this.boxes.map(() => undefined);
    for (const [at, box] of this.boxes.entries()) {
      box.attach({
        forward: (packet, toward) => this.pass(packet, toward, at + (toward === 'right' ? 1 : -1)),
        report: (event) => options.onReset(box.name, event),
      });
      this.watch(at);
    }
  }

  /** `conditions` hold for both directions to begin with, each with a copy of its own. */
  join(station: Station, side: Side, conditions: Partial<LinkConditions> = {}): Attachment {
    const make = (name: string, delivered: (packet: InFlight) => void): Link =>
      new Link(
        this.clock,
        this.random.fork(`${station.name} ${name}`),
        { ...perfectLink(), ...conditions },
        { delivered, tooBig: (packet, mtu) => this.tooBig(packet, mtu) },
      );
    const up = make('up', (packet) => this.enter(packet, side));
    const down = make('down', (packet) => station.arrives(packet));
    const attachment = { side, up, down, send: (packet: InFlight) => up.send(packet) };
    for (const address of station.addresses) {
      if (this.stations.has(address.toString())) {
        throw new Error(`two stations have the address ${String(address)}`);
      }
      this.stations.set(address.toString(), { station, attachment });
    }
    return attachment;
  }

  /** From now on `tap` sees what crosses that edge of the middle, in both directions. */
  tap(edge: Side, tap: Tap): void {
    this.taps[edge].push(tap);
  }

  /** A packet has come up to the middle. */
  private enter(packet: InFlight, from: Side): void {
    const { header } = this;
    const { bytes } = packet;
    if (!readDatagram(bytes, 0, bytes.length, header)) return;
    const known = this.stations.get(targetText(header));
    if (known?.attachment.side === from) {
      known.attachment.down.send(packet);
      return;
    }
    const onward = this.options.routed === true ? decrementTtl(packet) : packet;
    if (onward === undefined) return;
    for (const tap of this.taps[from]) tap(onward, otherSide(from));
    this.pass(onward, otherSide(from), from === 'left' ? 0 : this.boxes.length - 1);
  }

  /** On to the box at `at`, or out of the middle where there is none. */
  private pass(packet: InFlight, toward: Side, at: number): void {
    const box = this.boxes[at];
    if (box === undefined) {
      this.leave(packet, toward);
      return;
    }
    box.arrives(packet, toward, this.clock.now);
    this.watch(at);
  }

  private leave(packet: InFlight, toward: Side): void {
    for (const tap of this.taps[toward]) tap(packet, toward);
    const { bytes } = packet;
    if (!readDatagram(bytes, 0, bytes.length, this.header)) return;
    this.stations.get(targetText(this.header))?.attachment.down.send(packet);
  }

  /** Sets the box's alarm anew. */
  private watch(at: number): void {
    const box = this.boxes[at];
    const deadline = box.deadline();
    const alarm = this.alarms[at];
    if (alarm?.atMs === deadline && !alarm.isCancelled) return;
    alarm?.cancel();
    this.alarms[at] = this.clock.at(deadline, () => {
      box.timeout(this.clock.now);
      this.watch(at);
    });
  }

  /** Tells the sender, by the shortest way. */
  private tooBig(packet: InFlight, mtu: number): void {
    const { header } = this;
    const { bytes } = packet;
    if (this.options.silentAboutMtu === true) return;
    if (!readDatagram(bytes, 0, bytes.length, header)) return;
    const sender = sourceOf(header);
    const into = new Uint8Array(1280);
    const length = writeIcmpError(
      'frag-needed',
      mtu,
      ROUTER[sender.version],
      sender,
      ROUTER_TTL,
      bytes,
      0,
      bytes.length,
      into,
      0,
    );
    const answer = new InFlight(into.slice(0, length));
    this.stations.get(sender.toString())?.attachment.down.send(answer);
  }
}

const targetText = (header: Datagram): string => targetOf(header).toString();
