import { ETHERTYPE_IPV6 } from '../wire/ethernet.ts';
import { IpAddress } from '../wire/ip-address.ts';
import {
  ARP_LENGTH,
  ARP_REPLY,
  ARP_REQUEST,
  ArpMessage,
  ETHERTYPE_ARP,
  readArp,
  writeArp,
} from './arp.ts';
import { ETHERNET_HEADER, type FrameLink } from './frame-link.ts';
import {
  BROADCAST,
  isGroupMac,
  type MacAddress,
  multicastMac,
  solicitedNodeOf,
} from './mac-address.ts';
import {
  ALL_NODES,
  DISCOVERY_LENGTH,
  type DiscoveryMessage,
  readDiscovery,
  SOLICITATION,
  writeAdvertisement,
  writeSolicitation,
} from './neighbour-discovery.ts';
import type { Neighbour, Neighbours } from './neighbours.ts';

/** How often an address is defended against another who says that it has it (RFC 5227 §2.4). */
const DEFEND_MS = 10_000;

export interface ResolverParts {
  readonly mac: MacAddress;
  readonly addresses: readonly IpAddress[];
  readonly link: FrameLink;
  /** Somebody else on the link says that an address of ours is theirs. */
  readonly onConflict: ((address: IpAddress, mac: MacAddress) => void) | undefined;
}

/** Asks and answers who has which address: ARP for IPv4, neighbour discovery for IPv6. */
export class Resolver {
  private readonly parts: ResolverParts;
  private readonly neighbours: Neighbours;
  private readonly arp = new ArpMessage();
  private readonly header = new Uint8Array(ETHERNET_HEADER);
  private readonly message = new Uint8Array(DISCOVERY_LENGTH);
  private defendedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ResolverParts, neighbours: Neighbours) {
    this.parts = parts;
    this.neighbours = neighbours;
    this.header.set(parts.mac, 6);
  }

  /** Tells everybody whose our addresses are (RFC 5227 §2.3, RFC 4861 §7.2.6). */
  announce(): void {
    for (const address of this.parts.addresses) this.tellAll(address);
  }

  ask({ address, state, mac }: Neighbour): void {
    const isKnown = state !== 'incomplete';
    if (address.version === 4) {
      const to = isKnown ? mac : BROADCAST;
      this.sendArp(ARP_REQUEST, to, this.sourceFor(address), undefined, address.word0);
      return;
    }
    const group = solicitedNodeOf(address);
    const destination = isKnown ? address : group;
    const source = this.sourceFor(address);
    if (source === undefined) return;
    writeSolicitation(source, destination, address, this.parts.mac, this.message);
    this.send(isKnown ? mac : multicastMac(group), ETHERTYPE_IPV6, DISCOVERY_LENGTH);
  }

  /** `at`, `length`: of the frame. */
  arpComes(bytes: Uint8Array, at: number, length: number, now: number): void {
    const { arp, neighbours } = this;
    if (!readArp(bytes, at + ETHERNET_HEADER, length - ETHERNET_HEADER, arp)) return;
    if (isGroupMac(arp.senderMac)) return;
    const sender = new IpAddress(4, arp.sender);
    if (this.isDisputed(sender, arp.senderMac, now)) return;
    const asked = this.own(new IpAddress(4, arp.target));
    if (arp.operation === ARP_REPLY || asked === undefined) {
      neighbours.told(sender, arp.senderMac, neighbours.isAsked(sender), true, now);
      return;
    }
    // Without an address of its own it only wants to know whether this one is free (RFC 5227 §2.1.1).
    if (!sender.isUnspecified) neighbours.heard(sender, arp.senderMac, now);
    this.sendArp(ARP_REPLY, arp.senderMac, asked, arp.senderMac, arp.sender);
  }

  /** `at`, `length`: of the frame. */
  discoveryComes(bytes: Uint8Array, at: number, length: number, now: number): void {
    const message = readDiscovery(bytes, at + ETHERNET_HEADER, length - ETHERNET_HEADER);
    if (message === undefined || (message.mac !== undefined && isGroupMac(message.mac))) return;
    const { type, target, mac, solicited, override } = message;
    if (type === SOLICITATION) this.answer(message, bytes.slice(at + 6, at + 12), now);
    else if (!this.isDisputed(target, mac, now)) {
      this.neighbours.told(target, mac, solicited, override, now);
    }
  }

  /** RFC 4861 §7.2.3, §7.2.4. `sender`: the MAC address that the frame came from. */
  private answer(asked: DiscoveryMessage, sender: MacAddress, now: number): void {
    const target = this.own(asked.target);
    if (target === undefined) return;
    const { source, mac = sender } = asked;
    const isProbe = source.isUnspecified;
    if (asked.mac !== undefined) this.neighbours.heard(source, asked.mac, now);
    const destination = isProbe ? ALL_NODES : source;
    writeAdvertisement(destination, !isProbe, target, this.parts.mac, this.message);
    this.send(isProbe ? multicastMac(ALL_NODES) : mac, ETHERTYPE_IPV6, DISCOVERY_LENGTH);
  }

  /** Whether another says that it has an address of ours; then it is told that we have it. */
  private isDisputed(address: IpAddress, mac: MacAddress | undefined, now: number): boolean {
    const ours = this.own(address);
    if (ours === undefined) return false;
    const isEcho = mac === undefined || mac.every((byte, at) => byte === this.parts.mac[at]);
    if (!isEcho && now - this.defendedMs >= DEFEND_MS) {
      this.defendedMs = now;
      this.tellAll(ours);
      this.parts.onConflict?.(ours, mac);
    }
    return true;
  }

  private tellAll(address: IpAddress): void {
    if (address.version === 4) {
      this.sendArp(ARP_REQUEST, BROADCAST, address, undefined, address.word0);
      return;
    }
    writeAdvertisement(ALL_NODES, false, address, this.parts.mac, this.message);
    this.send(multicastMac(ALL_NODES), ETHERTYPE_IPV6, DISCOVERY_LENGTH);
  }

  private sendArp(
    operation: number,
    to: MacAddress,
    sender: IpAddress | undefined,
    targetMac: MacAddress | undefined,
    target: number,
  ): void {
    if (sender === undefined) return;
    writeArp(operation, this.parts.mac, sender.word0, targetMac, target, this.message);
    this.send(to, ETHERTYPE_ARP, ARP_LENGTH);
  }

  private send(to: MacAddress, type: number, length: number): void {
    this.header.set(to);
    this.header[12] = type >>> 8;
    this.header[13] = type & 0xff;
    this.parts.link.send(this.header, this.message, 0, length);
  }

  private own(address: IpAddress): IpAddress | undefined {
    return this.parts.addresses.find((each) => each.equals(address));
  }

  /** In whose name is asked: an address of ours of that version. */
  private sourceFor({ version }: IpAddress): IpAddress | undefined {
    return this.parts.addresses.find((each) => each.version === version);
  }
}
