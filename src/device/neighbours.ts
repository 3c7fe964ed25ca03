import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from '../wire/ethernet.ts';
import { IpAddress } from '../wire/ip-address.ts';
import { ETHERNET_HEADER } from './frame-link.ts';
import type { MacAddress } from './mac-address.ts';

/** RFC 4861 §10, which Linux keeps to with ARP as well: BASE_REACHABLE_TIME, DELAY_FIRST_PROBE_TIME. */
const REACHABLE_MS = 30_000;
const DELAY_MS = 5000;
/** RETRANS_TIMER; MAX_MULTICAST_SOLICIT and MAX_UNICAST_SOLICIT. */
const ASK_AGAIN_MS = 1000;
const QUESTIONS = 3;
/** Packets that wait for one neighbour's MAC address; of more, the oldest are dropped (§7.2.2). */
const WAITING = 64;
/** How many neighbours are known (Linux's gc_thresh3). */
const MOST = 1024;
const NEVER = Number.POSITIVE_INFINITY;

/** Whoever has an address on this link, as far as known (states of RFC 4861 §7.3.2). */
export class Neighbour {
  readonly address: IpAddress;
  /** Of the frames to it; its first six bytes mean nothing while `incomplete`. */
  readonly header: Uint8Array;
  state: 'incomplete' | 'reachable' | 'stale' | 'delay' | 'probe' = 'incomplete';
  /** Questions since an answer was last wanted. */
  asked = 0;
  deadlineMs = NEVER;
  waiting: Uint8Array[] = [];

  constructor(address: IpAddress, own: MacAddress) {
    this.address = address;
    this.header = new Uint8Array(ETHERNET_HEADER);
    this.header.set(own, 6);
    const type = address.version === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
    new DataView(this.header.buffer).setUint16(12, type);
  }

  get mac(): MacAddress {
    return this.header.subarray(0, 6);
  }

  has(mac: MacAddress): boolean {
    return mac.every((byte, at) => byte === this.header[at]);
  }
}

/** What neighbours are asked and sent through. */
export interface Link {
  /** Asks for its MAC address: all while it is `incomplete`, else itself whether it is still there. */
  ask(neighbour: Neighbour): void;
  send(neighbour: Neighbour, bytes: Uint8Array, offset: number, length: number): void;
  /** Nobody answered, and the packet that waited is dropped. */
  unreachable(packet: Uint8Array): void;
}

/** The table of neighbours; times are milliseconds of the caller's clock. */
export class Neighbours {
  private readonly own: MacAddress;
  private readonly link: Link;
  private readonly table = new Map<number, Neighbour[]>();
  private readonly all = new Set<Neighbour>();
  private last: Neighbour;
  private earliestMs = NEVER;

  /** `own`: the MAC address that frames come from. */
  constructor(own: MacAddress, link: Link) {
    this.own = own;
    this.link = link;
    this.last = new Neighbour(new IpAddress(4, 0), own);
  }

  get size(): number {
    return this.all.size;
  }

  /** The neighbour with the address in these words (IPv4: the first alone), known or new. */
  of(version: number, word0: number, word1: number, word2: number, word3: number): Neighbour {
    const known = this.find(version, word0, word1, word2, word3);
    if (known !== undefined) return known;
    return this.add(new IpAddress(version === 4 ? 4 : 6, word0, word1, word2, word3));
  }

  /** Sends the packet, at once or when the neighbour's MAC address is known. */
  forward(to: Neighbour, bytes: Uint8Array, offset: number, length: number, now: number): void {
    if (to.state === 'incomplete') {
      if (to.waiting.length === WAITING) to.waiting.shift();
      to.waiting.push(bytes.slice(offset, offset + length));
      if (to.asked === 0) this.ask(to, now);
      return;
    }
    if (to.state === 'stale') {
      to.state = 'delay';
      this.wakeAt(to, now + DELAY_MS);
    }
    this.link.send(to, bytes, offset, length);
  }

  /**
   * A message told the MAC address of `address`, if at all (RFC 4861 §7.2.5). Nobody is remembered
   * whom nobody asked for. `solicited`: it answers a question; `override`: it may change what is known.
   */
  told(
    address: IpAddress,
    mac: MacAddress | undefined,
    solicited: boolean,
    override: boolean,
    now: number,
  ): void {
    const neighbour = this.known(address);
    if (neighbour === undefined) return;
    const isNew = mac !== undefined && !neighbour.has(mac);
    if (neighbour.state === 'incomplete') {
      if (mac === undefined) return;
      neighbour.header.set(mac);
      this.confirm(neighbour, solicited, now);
    } else if (isNew && !override) {
      if (neighbour.state === 'reachable') this.confirm(neighbour, false, now);
    } else {
      if (mac !== undefined) neighbour.header.set(mac);
      if (solicited || isNew) this.confirm(neighbour, solicited, now);
    }
  }

  /** Whoever asks for an address of ours will want an answer (RFC 826; RFC 4861 §7.2.3). */
  heard(address: IpAddress, mac: MacAddress, now: number): void {
    const neighbour = this.known(address) ?? this.add(address);
    if (neighbour.state !== 'incomplete' && neighbour.has(mac)) return;
    neighbour.header.set(mac);
    this.confirm(neighbour, false, now);
  }

  /** An answer to a question is due from it. */
  isAsked(address: IpAddress): boolean {
    return (this.known(address)?.asked ?? 0) > 0;
  }

  /** When `timeout` is to be called next; infinite if there is nothing to wait for. */
  deadline(): number {
    return this.earliestMs;
  }

  timeout(now: number): void {
    this.earliestMs = NEVER;
    for (const neighbour of this.all) {
      if (neighbour.deadlineMs <= now) this.timeUp(neighbour, now);
      this.earliestMs = Math.min(this.earliestMs, neighbour.deadlineMs);
    }
  }

  private timeUp(neighbour: Neighbour, now: number): void {
    const { state } = neighbour;
    neighbour.deadlineMs = NEVER;
    if (state === 'reachable') neighbour.state = 'stale';
    if (state === 'delay') neighbour.state = 'probe';
    if (state === 'reachable' || state === 'stale') return;
    if (neighbour.asked < QUESTIONS) this.ask(neighbour, now);
    else this.giveUp(neighbour);
  }

  private ask(neighbour: Neighbour, now: number): void {
    neighbour.asked += 1;
    this.wakeAt(neighbour, now + ASK_AGAIN_MS);
    this.link.ask(neighbour);
  }

  private giveUp(neighbour: Neighbour): void {
    this.remove(neighbour);
    for (const packet of neighbour.waiting.splice(0)) this.link.unreachable(packet);
  }

  /** Its MAC address is known now; that it can be reached, only if it answered. */
  private confirm(neighbour: Neighbour, solicited: boolean, now: number): void {
    neighbour.state = solicited ? 'reachable' : 'stale';
    neighbour.asked = 0;
    neighbour.deadlineMs = NEVER;
    if (solicited) this.wakeAt(neighbour, now + REACHABLE_MS);
    for (const packet of neighbour.waiting.splice(0)) {
      this.forward(neighbour, packet, 0, packet.length, now);
    }
  }

  private wakeAt(neighbour: Neighbour, atMs: number): void {
    neighbour.deadlineMs = atMs;
    this.earliestMs = Math.min(this.earliestMs, atMs);
  }

  private known({ version, word0, word1, word2, word3 }: IpAddress): Neighbour | undefined {
    return this.find(version, word0, word1, word2, word3);
  }

  private find(
    version: number,
    word0: number,
    word1: number,
    word2: number,
    word3: number,
  ): Neighbour | undefined {
    if (isOf(this.last, version, word0, word1, word2, word3)) return this.last;
    for (const neighbour of this.table.get(hashOf(word0, word1, word2, word3)) ?? []) {
      if (!isOf(neighbour, version, word0, word1, word2, word3)) continue;
      this.last = neighbour;
      return neighbour;
    }
    return undefined;
  }

  private add(address: IpAddress): Neighbour {
    if (this.all.size === MOST) this.remove(this.leastWanted());
    const neighbour = new Neighbour(address, this.own);
    const hash = hashOf(address.word0, address.word1, address.word2, address.word3);
    const chain = this.table.get(hash);
    if (chain === undefined) this.table.set(hash, [neighbour]);
    else chain.push(neighbour);
    this.all.add(neighbour);
    this.last = neighbour;
    return neighbour;
  }

  private remove(neighbour: Neighbour): void {
    const { word0, word1, word2, word3 } = neighbour.address;
    const hash = hashOf(word0, word1, word2, word3);
    const chain = (this.table.get(hash) ?? []).filter((one) => one !== neighbour);
    if (chain.length === 0) this.table.delete(hash);
    else this.table.set(hash, chain);
    this.all.delete(neighbour);
    neighbour.deadlineMs = NEVER;
    if (this.last === neighbour) this.last = new Neighbour(new IpAddress(4, 0), this.own);
  }

  /** Who was not spoken to lately, else the oldest. */
  private leastWanted(): Neighbour {
    let oldest: Neighbour | undefined = undefined;
    for (const neighbour of this.all) {
      if (neighbour.state === 'stale') return neighbour;
      oldest ??= neighbour;
    }
    return oldest!;
  }
}

const hashOf = (word0: number, word1: number, word2: number, word3: number): number =>
  Math.imul(word0 ^ word2, 0x9e37_79b1) ^ Math.imul(word1 ^ word3, 0x85eb_ca6b);

const isOf = (
  { address }: Neighbour,
  version: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
): boolean =>
  address.word0 === word0 &&
  address.word3 === word3 &&
  address.word2 === word2 &&
  address.word1 === word1 &&
  address.version === version;
