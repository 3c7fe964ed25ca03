import { viewOf } from '../wire/byte-view.ts';
import { Datagram, PROTOCOL_TCP, takeIpv4Addresses, takeIpv6Addresses } from '../wire/datagram.ts';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../wire/ethernet.ts';
import { type IcmpError, writeIcmpError } from '../wire/icmp-message.ts';
import { IpAddress } from '../wire/ip-address.ts';
import { ETHERTYPE_ARP } from './arp.ts';
import { type Device, NO_OFFLOAD, type Receiver } from './device.ts';
import { ETHERNET_HEADER, type FrameLink } from './frame-link.ts';
import { linkLocalOf, type MacAddress } from './mac-address.ts';
import { isDiscovery } from './neighbour-discovery.ts';
import { type Neighbour, Neighbours } from './neighbours.ts';
import { Resolver } from './resolver.ts';
import { isOnLink, type Subnet } from './subnet.ts';

export interface EthernetOptions {
  /** Of the machine, with the neighbours that share them; the first of a version is the usual one. */
  readonly subnets: readonly Subnet[];
  /** Where packets for others go, at most one of a version; without, they are unreachable. */
  readonly gateways?: readonly IpAddress[];
  /** Made of the first address, if left out. */
  readonly mac?: MacAddress;
  /** Bytes of IP packet, 68 (IPv6: 1280) to 65535; 1500 if left out. */
  readonly mtu?: number;
  /** Somebody else on the link says that an address of ours is theirs. */
  readonly onConflict?: (address: IpAddress, mac: MacAddress) => void;
}

const ETHERNET_MTU = 1500;
/** The largest ICMP error that is written here. */
const ERROR_LENGTH = 1280;
/** Packets to nowhere that wait to be complained about; more are dropped in silence. */
const COMPLAINTS = 64;
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * A network card on a link that carries Ethernet frames: it finds out the MAC addresses of neighbours,
 * and answers for its own. Packets that cannot be delivered come back as ICMP errors of the machine's
 * own, as Linux has it, so that a connect fails with EHOSTUNREACH or ENETUNREACH.
 */
export class EthernetDevice implements Device {
  readonly mtu: number;
  readonly offload = NO_OFFLOAD;
  readonly mac: MacAddress;
  /** Those of the subnets, and with IPv6 the link-local one of the MAC address. */
  readonly addresses: readonly IpAddress[];
  private readonly link: FrameLink;
  private readonly options: EthernetOptions;
  private readonly neighbours: Neighbours;
  private readonly resolver: Resolver;
  private readonly target = new Datagram();
  private readonly complaints: { readonly error: IcmpError; readonly packet: Uint8Array }[] = [];
  private receiver: Receiver | undefined = undefined;
  private timer: NodeJS.Timeout | undefined = undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private isOver = false;

  constructor(link: FrameLink, options: EthernetOptions) {
    const { subnets, mac = macFor(subnets), mtu = ETHERNET_MTU, onConflict } = options;
    const own = subnets.map(({ address }) => address);
    const speaksIpv6 = own.some(({ version }) => version === 6);
    this.link = link;
    this.options = options;
    this.mtu = mtu;
    this.mac = mac;
    this.addresses = speaksIpv6 ? [...own, linkLocalOf(mac)] : own;
    this.neighbours = new Neighbours(mac, {
      ask: (neighbour) => this.resolver.ask(neighbour),
      send: ({ header }, bytes, offset, length) => link.send(header, bytes, offset, length),
      unreachable: (packet) => this.complain('host-unreachable', packet),
    });
    this.resolver = new Resolver(
      { mac, addresses: this.addresses, link, onConflict },
      this.neighbours,
    );
  }

  get name(): string {
    return this.link.name;
  }

  start(receiver: Receiver): void {
    this.receiver = receiver;
    this.link.start({
      frame: (bytes, offset, length) => this.frameComes(bytes, offset, length),
      batchEnds: () => {
        receiver.batchEnds();
        this.arm();
      },
      lost: (why) => {
        this.stop();
        receiver.lost(why);
      },
    });
    this.resolver.announce();
  }

  send(bytes: Uint8Array, offset: number, length: number): void {
    const to = this.nextHop(bytes, offset);
    if (to === undefined) {
      this.complain('net-unreachable', bytes.subarray(offset, offset + length));
      return;
    }
    if (to.state === 'reachable') this.link.send(to.header, bytes, offset, length);
    else {
      this.neighbours.forward(to, bytes, offset, length, performance.now());
      this.arm();
    }
  }

  ref(): void {
    this.link.ref();
  }

  unref(): void {
    this.link.unref();
  }

  close(): Promise<void> {
    this.stop();
    return this.link.close();
  }

  private nextHop(bytes: Uint8Array, offset: number): Neighbour | undefined {
    const { target } = this;
    const version = (bytes[offset] ?? 0) >> 4;
    if (version === 4) takeIpv4Addresses(viewOf(bytes), bytes.byteOffset + offset, target);
    else takeIpv6Addresses(viewOf(bytes), bytes.byteOffset + offset, target);
    const { target0, target1, target2, target3 } = target;
    if (this.isNear(version, target0, target1, target2, target3)) {
      return this.neighbours.of(version, target0, target1, target2, target3);
    }
    const gateway = this.options.gateways?.find((each) => each.version === version);
    if (gateway === undefined) return undefined;
    return this.neighbours.of(version, gateway.word0, gateway.word1, gateway.word2, gateway.word3);
  }

  private isNear(version: number, w0: number, w1: number, w2: number, w3: number): boolean {
    if (version === 6 && (w0 & LINK_LOCAL_MASK) === LINK_LOCAL) return true;
    for (const subnet of this.options.subnets) {
      if (isOnLink(subnet, version, w0, w1, w2, w3)) return true;
    }
    return false;
  }

  private frameComes(bytes: Uint8Array, offset: number, length: number): void {
    if (this.isOver || length < ETHERNET_HEADER) return;
    const isOurs = isMac(this.mac, bytes, offset);
    // Of what goes to a group, only questions about addresses are meant for us.
    if (!isOurs && ((bytes[offset] ?? 0) & 1) === 0) return;
    const type = viewOf(bytes).getUint16(bytes.byteOffset + offset + 12);
    const packet = offset + ETHERNET_HEADER;
    const rest = length - ETHERNET_HEADER;
    if (type === ETHERTYPE_ARP) {
      this.resolver.arpComes(bytes, offset, length, performance.now());
    } else if (type === ETHERTYPE_IPV6 && isDiscovery(bytes, packet, rest)) {
      this.resolver.discoveryComes(bytes, offset, length, performance.now());
    } else if (isOurs && (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6)) {
      this.receiver?.packet(bytes, packet, rest);
    }
  }

  /** An undeliverable segment is told to its own host, when that is not at work. */
  private complain(error: IcmpError, packet: Uint8Array): void {
    const isTcp = packet[(packet[0] ?? 0) >> 4 === 4 ? 9 : 6] === PROTOCOL_TCP;
    if (!isTcp || this.complaints.length === COMPLAINTS) return;
    this.complaints.push({ error, packet: packet.slice() });
    if (this.complaints.length === 1) setImmediate(this.tellComplaints);
  }

  private readonly tellComplaints = (): void => {
    if (this.isOver) return;
    const message = new Uint8Array(ERROR_LENGTH);
    for (const { error, packet } of this.complaints.splice(0)) {
      const ours = sourceOf(packet);
      const length = packet.length;
      this.receiver?.packet(
        message,
        0,
        writeIcmpError(error, 0, ours, ours, OWN_IP, packet, 0, length, message, 0),
      );
    }
    this.receiver?.batchEnds();
  };

  private arm(): void {
    const atMs = this.neighbours.deadline();
    if (atMs >= this.timerAtMs || this.isOver) return;
    clearTimeout(this.timer);
    this.timerAtMs = atMs;
    const waitMs = Math.ceil(Math.max(0, atMs - performance.now()));
    // It is the link that keeps the process alive.
    this.timer = setTimeout(this.ring, Math.min(waitMs, LONGEST_WAIT)).unref();
  }

  private readonly ring = (): void => {
    this.timerAtMs = Number.POSITIVE_INFINITY;
    this.neighbours.timeout(performance.now());
    this.arm();
  };

  private stop(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }
}

const LINK_LOCAL_MASK = 0xffc0_0000 | 0;
const LINK_LOCAL = 0xfe80_0000 | 0;

const OWN_IP = { ttl: 64, id: 0, dontFragment: true } as const;

/** Locally administered, and the same again for the same address: neighbours remember it. */
const macFor = ([first]: readonly Subnet[]): MacAddress => {
  if (first === undefined) throw new RangeError('an Ethernet device has at least one address');
  const { version, word0, word1, word2, word3 } = first.address;
  const word = word0 ^ word1 ^ word2 ^ word3;
  return Uint8Array.of(
    0x02,
    version,
    word >>> 24,
    (word >> 16) & 255,
    (word >> 8) & 255,
    word & 255,
  );
};

const isMac = (mac: MacAddress, bytes: Uint8Array, at: number): boolean => {
  for (let i = 0; i < 6; i += 1) if (bytes[at + i] !== mac[i]) return false;
  return true;
};

const sourceOf = (packet: Uint8Array): IpAddress => {
  const read = new Datagram();
  const view = viewOf(packet);
  if ((packet[0] ?? 0) >> 4 === 4) {
    takeIpv4Addresses(view, packet.byteOffset, read);
    return new IpAddress(4, read.source0);
  }
  takeIpv6Addresses(view, packet.byteOffset, read);
  return new IpAddress(6, read.source0, read.source1, read.source2, read.source3);
};
