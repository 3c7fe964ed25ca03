import {
  Datagram,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_TCP,
  readDatagram,
} from '../wire/datagram.ts';
import type { Endpoint, IpAddress } from '../wire/ip-address.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Request } from '../tcp/request.ts';
import type { TimeWait } from '../tcp/time-wait.ts';
import { abort } from '../tcp/ending.ts';
import type { Secret } from '../tcp/keyed-hash.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import type { State } from '../tcp/state.ts';
import { defaultSettings, type Settings } from '../tcp/sysctl.ts';
import { Egress, type PacketSink } from './egress.ts';
import { icmpComes } from './icmp-comes.ts';
import { stopListening } from './listening.ts';
import { Obituaries } from './obituaries.ts';
import { Process, type Signal } from './process.ts';
import { segmentComes } from './segment-comes.ts';
import { isLoopback } from './socket-address.ts';
import type { FourTuple } from '../tcp/four-tuple.ts';
import type { Socket } from './socket.ts';
import { type Clock, Stack } from './stack.ts';

export interface HostOptions {
  /** Its own, of either version; at least one. The first of a version is where connections begin. */
  readonly addresses: readonly IpAddress[];
  /** Linux's defaults if left out; may be changed at any time. */
  readonly settings?: Settings;
  /** What nobody else may know: sequence numbers, cookies and ports come from it. */
  readonly secret: Secret;
  /** Asked by calls of the sockets API. */
  readonly clock: Clock;
  /** Takes each IP packet that leaves, and must not call the host from there. */
  readonly egress: PacketSink;
  /** Asked before text is sent: whether the device would take nothing just now. */
  readonly isCongested?: () => boolean;
  /** Told of each reset sent, received, challenged, ignored or withheld. */
  readonly onReset?: (event: ResetEvent) => void;
  /** Told of each signal that a process does not ignore. */
  readonly onSignal?: (process: Process, signal: Signal) => void;
  /** Of the link: bytes of IP packet, 68 (IPv6: 1280) to 65535. */
  readonly mtu?: number;
  /** False where a network card makes and checks TCP's checksums. */
  readonly checksums?: boolean;
  /** Bytes of IP packet, up to 65535, that the link takes to be cut into segments (TSO); 0: it cuts none. */
  readonly segmentation?: number;
  /** Bytes that the link takes at once; new text beyond them waits for `linkHasRoom`. Without: any number. */
  readonly room?: number;
  /** How many ended connections are remembered, to name the cause of late resets. */
  readonly obituaries?: number;
  /** What a host of the same addresses remembered before its memory was lost. */
  readonly remembers?: Obituaries;
}

/** How much there is of each. */
export interface Counts {
  /** Waiting to be accepted included. */
  readonly connections: number;
  readonly requests: number;
  readonly timeWaits: number;
  readonly orphans: number;
}

/** What a host keeps of one four-tuple, by its size; a `TimeWait` is valid until the next is asked for. */
export interface Held {
  readonly path: FourTuple;
  readonly record: Connection | Request | TimeWait;
}

const ETHERNET_MTU = 1500;
const OBITUARIES = 4096;

/** A computer as the network sees it: IP in and out, and processes with sockets. */
export class Host {
  private readonly stack: Stack;
  private readonly onSignal: HostOptions['onSignal'];
  private readonly datagram = new Datagram();
  private isBusy = false;

  constructor(options: HostOptions) {
    const { addresses, secret, clock, mtu = ETHERNET_MTU, checksums = true } = options;
    if (addresses.length === 0) throw new RangeError('a host has at least one address');
    if (!(mtu >= 68 && mtu <= 65_535)) throw new RangeError(`${mtu} is no MTU: 68 to 65535`);
    const settings = options.settings ?? defaultSettings();
    const egress = new Egress(settings, options, checksums);
    const obituaries = new Obituaries(options.obituaries ?? OBITUARIES);
    this.onSignal = options.onSignal;
    this.stack = new Stack({
      addresses,
      settings,
      secret,
      clock,
      egress,
      obituaries,
      mtu,
      checksums,
    });
    if (options.remembers !== undefined) obituaries.inherit(options.remembers, this.stack.key);
  }

  get settings(): Settings {
    return this.stack.settings;
  }

  /**
   * An IP packet of `length` bytes at `offset` has come, at `now` in milliseconds. Whatever it is, it
   * is taken, answered or dropped; nothing throws but a call from within `egress`. `segmentSize`: of
   * the segments that the link has put together in it, if it has.
   */
  packetArrives(
    bytes: Uint8Array,
    offset: number,
    length: number,
    now: number,
    segmentSize = 0,
  ): void {
    if (this.isBusy) throw new Error('egress must not hand a packet back to its host');
    this.isBusy = true;
    this.datagram.segmentSize = segmentSize;
    try {
      this.take(bytes, offset, length, now);
    } finally {
      this.isBusy = false;
    }
    this.stack.tell();
  }

  /**
   * Several packets come at once: until `batchEnds`, the next segments of a connection are taken as if
   * they were one, as with Linux's GRO, so that what they call for is sent, and their application told,
   * once.
   */
  batchBegins(): void {
    this.stack.isInBatch = true;
  }

  batchEnds(now: number): void {
    this.stack.answerAll(now);
  }

  /** Whether somebody waits for `linkHasRoom`. */
  get isLinkAwaited(): boolean {
    return this.stack.egress.isAwaited;
  }

  /** The link takes `room` bytes again, and who has waited for that sends. */
  linkHasRoom(now: number): void {
    this.stack.goOn(now);
  }

  /** When `timeout` is to be called next, in milliseconds; `NEVER` if there is nothing to wait for. */
  deadline(): number {
    return this.stack.deadline();
  }

  timeout(now: number): void {
    this.stack.timeout(now);
  }

  /**
   * The link is gone for good. Whatever is open, or waits to be accepted, fails with ENETDOWN, and so
   * does every later connect(2) and accept(2); what was received can still be read.
   */
  linkLost(now: number): void {
    this.stack.goDown(now);
  }

  /** A new process, which has no sockets yet. */
  process(name: string): Process {
    return new Process(name, this.stack, this.onSignal);
  }

  /** `ss -K`: the connection is reset, and its application told ECONNABORTED. */
  destroySocket(socket: Socket): void {
    const { stack } = this;
    const { now } = stack;
    stack.egress.forgetReport();
    const { attachment, connection } = socket;
    if (socket.phase === 'listening') stopListening(socket, now);
    if (attachment === undefined || connection === undefined) return;
    abort(connection, 'destroyed', now);
    stack.settle(attachment, now);
    stack.tell();
  }

  /** The connection disappears without a packet, as under TCP_REPAIR, and its socket with it. */
  vanish(socket: Socket): void {
    const { attachment } = socket;
    if (attachment?.isHeld === true) this.stack.lose(attachment);
    socket.attachment = undefined;
    socket.close();
  }

  /**
   * What is known of ended connections, all that are open now counted as lost: for `remembers` of the
   * host that has these addresses after a power cut. This one must not be used any more.
   */
  obituaries(): Obituaries {
    const { stack } = this;
    for (const attachment of Array.from(stack.table)) stack.lose(attachment);
    for (const place of stack.timeWaits.places()) stack.endTimeWait(place, 'lost');
    return stack.obituaries;
  }

  /** What ss(8) shows of a four-tuple: LISTEN where only a listener is there, CLOSED where nobody is. */
  stateOf(local: Endpoint, remote: Endpoint): State {
    const { stack } = this;
    const key = stack.key.ofEnds(local, remote, local.port);
    const attachment = stack.table.find(key);
    if (attachment !== undefined) return attachment.connection?.state ?? 'SYN-RECEIVED';
    const place = stack.timeWaits.find(key);
    if (place !== -1) return stack.timeWaits.load(place).state;
    return stack.listeners.find(local.address, local.port) === undefined ? 'CLOSED' : 'LISTEN';
  }

  *connections(): Generator<Connection> {
    for (const { connection } of this.stack.table) if (connection !== undefined) yield connection;
  }

  /** Every four-tuple with something left, half-open requests and TIME-WAIT included. */
  *held(): Generator<Held> {
    const { table, timeWaits } = this.stack;
    for (const { path, connection, request } of table) {
      const record = connection ?? request;
      if (record !== undefined) yield { path, record };
    }
    for (const place of timeWaits.places())
      yield { path: timeWaits.pathAt(place), record: timeWaits.load(place) };
  }

  /** Ports with a socket in LISTEN. */
  listeningPorts(): number[] {
    return this.stack.listeners.ports();
  }

  counts(): Counts {
    const { table, timeWaits, orphans } = this.stack;
    let requests = 0;
    for (const { request } of table) if (request !== undefined) requests += 1;
    return { connections: table.size - requests, requests, timeWaits: timeWaits.size, orphans };
  }

  private take(bytes: Uint8Array, offset: number, length: number, now: number): void {
    const { stack, datagram } = this;
    if (!readDatagram(bytes, offset, length, datagram)) return;
    const local = stack.addressOf(datagram);
    // Fragments are not put together again: TCP sends none, since all its packets forbid it.
    if (local === undefined || datagram.fragment) return;
    if (isMartian(datagram) || this.isFromElsewhere(datagram)) return;
    stack.egress.forgetReport();
    const { protocol, version } = datagram;
    if (protocol === PROTOCOL_TCP) segmentComes(stack, datagram, local, now);
    else if (protocol === (version === 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6)) {
      icmpComes(stack, datagram, local, now);
    }
  }

  /** A loopback source, on a link that is none (RFC 1122 §3.2.1.3 (g), RFC 4291 §2.5.3). */
  private isFromElsewhere({ version, source0, source1, source2, source3 }: Datagram): boolean {
    const isLoop =
      version === 4 ? source0 >>> 24 === 127 : source3 === 1 && (source0 | source1 | source2) === 0;
    return isLoop && !this.stack.parts.addresses.some(isLoopback);
  }
}

/** Sources that no packet can have come from (RFC 1122 §3.2.1.3): unspecified, multicast, broadcast. */
const isMartian = ({ version, source0, source1, source2, source3 }: Datagram): boolean => {
  if (version === 4) return source0 === 0 || source0 >>> 28 >= 14;
  return source0 >>> 24 === 0xff || (source0 | source1 | source2 | source3) === 0;
};
