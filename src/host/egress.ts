import type { IpFields } from '../wire/ip-header.ts';
import { Segment } from '../wire/segment.ts';
import { writeSegment } from '../wire/segment-out.ts';
import type { Connection } from '../tcp/connection.ts';
import type { FourTuple } from '../tcp/four-tuple.ts';
import type { Outlet } from '../tcp/outlet.ts';
import type { Reset } from '../tcp/reset.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import type { Settings } from '../tcp/sysctl.ts';
import type { Path } from './path.ts';

/**
 * Where a host's packets go; the bytes are the host's own and valid during the call only. `segmentSize`:
 * bytes of text of the segments that the link is to cut it into; 0: it is one.
 */
export type PacketSink = (bytes: Uint8Array, length: number, segmentSize: number) => void;

/** The largest IPv4 packet. */
const LARGEST = 65_535;
/** IPv6 without extensions, and TCP with all its options. */
const MOST_HEADERS = 40 + 60;
/** Bytes before it in its buffer that a link may write its header into. */
const HEADROOM = 64;

/**
 * Makes IP packets of what the engine sends, all in one buffer. As with Linux, each connection counts
 * its packets in the IPv4 identification, and what no connection sends has 0 there.
 */
export class Egress implements Outlet {
  /** What the engine reported last, since `forgetReport`. */
  lastReport: ResetEvent | undefined = undefined;
  /** Also for messages other than TCP's. */
  readonly buffer = new Uint8Array(new ArrayBuffer(HEADROOM + LARGEST), HEADROOM);
  private readonly settings: Settings;
  private readonly sink: PacketSink;
  private readonly onReset: ((event: ResetEvent) => void) | undefined;
  private readonly checksums: boolean;
  readonly segmentation: number;
  private readonly room: number;
  private roomLeft: number;
  /** Connections whose new text waits for room. */
  private readonly waiting: Path[] = [];
  private readonly isRefusing: (() => boolean) | undefined;
  private readonly ip = { ttl: 0, id: 0, dontFragment: true };
  private readonly reset = new Segment();

  constructor(
    settings: Settings,
    link: {
      readonly egress: PacketSink;
      readonly segmentation?: number;
      readonly room?: number;
      readonly onReset?: (event: ResetEvent) => void;
      readonly isCongested?: () => boolean;
    },
    checksums: boolean,
  ) {
    this.settings = settings;
    this.sink = link.egress;
    this.onReset = link.onReset;
    this.checksums = checksums;
    this.isRefusing = link.isCongested;
    this.room = link.room ?? Number.POSITIVE_INFINITY;
    this.roomLeft = this.room;
    this.segmentation = Math.max(0, Math.min(link.segmentation ?? 0, LARGEST) - MOST_HEADERS);
  }

  hasRoom(path: FourTuple): boolean {
    if (this.roomLeft > 0) return true;
    if (this.waiting.at(-1) !== path) this.waiting.push(path as Path);
    return false;
  }

  /** The link takes as much again. */
  makeRoom(): void {
    this.roomLeft = this.room;
  }

  /** Whose turn it is to send, while there is room: who has waited longest. */
  nextWaiting(): Path | undefined {
    return this.roomLeft > 0 ? this.waiting.shift() : undefined;
  }

  get isAwaited(): boolean {
    return this.waiting.length > 0;
  }

  transmit(segment: Segment, path: FourTuple, connection: Connection | undefined): void {
    const ipId = connection === undefined ? 0 : (path as Path).nextIpId(segmentsIn(segment));
    this.write(segment, path, ipId);
  }

  transmitReset(reset: Reset, path: FourTuple): void {
    const segment = this.reset;
    segment.clear();
    segment.seq = reset.seq;
    segment.ack = reset.ack;
    segment.flags = reset.flags;
    segment.window = reset.window;
    segment.hasTimestamps = reset.hasTimestamps;
    segment.tsval = reset.tsval;
    segment.tsecr = reset.tsecr;
    segment.sackBlocks = reset.sack.length >> 1;
    segment.sack.set(reset.sack);
    this.write(segment, path, reset.shape === 'active' ? (path as Path).nextIpId(1) : 0);
  }

  isCongested(): boolean {
    return this.isRefusing !== undefined && this.isRefusing();
  }

  report(event: ResetEvent): void {
    this.lastReport = event;
    this.onReset?.(event);
  }

  /** A new input begins: what was reported before had other reasons. */
  forgetReport(): void {
    this.lastReport = undefined;
  }

  /** Sends a packet that was written into `buffer`. */
  send(length: number): void {
    this.sink(this.buffer, length, 0);
  }

  /** What the IP header of a packet says that belongs to no connection. */
  ipFields(id = 0): IpFields {
    const { ip } = this;
    ip.ttl = this.settings.ip_default_ttl;
    ip.id = id;
    return ip;
  }

  private write(segment: Segment, path: FourTuple, ipId: number): void {
    const { buffer, checksums } = this;
    const ip = this.ipFields(ipId);
    const length = writeSegment(segment, path.local, path.remote, ip, buffer, 0, checksums);
    this.roomLeft -= length;
    this.sink(buffer, length, segment.segmentSize);
  }
}

const segmentsIn = ({ segmentSize, payloadLength }: Segment): number =>
  segmentSize === 0 ? 1 : Math.ceil(payloadLength / segmentSize);
