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

/** Where a host's packets go; the bytes are the host's own and valid during the call only. */
export type PacketSink = (bytes: Uint8Array, length: number) => void;

/** The largest IPv4 packet. */
const LARGEST = 65_535;

/**
 * Makes IP packets of what the engine sends, all in one buffer. As with Linux, each connection counts
 * its packets in the IPv4 identification, and what no connection sends has 0 there.
 */
export class Egress implements Outlet {
  /** What the engine reported last, since `forgetReport`. */
  lastReport: ResetEvent | undefined = undefined;
  /** Also for messages other than TCP's. */
  readonly buffer = new Uint8Array(LARGEST);
  private readonly settings: Settings;
  private readonly sink: PacketSink;
  private readonly onReset: ((event: ResetEvent) => void) | undefined;
  private readonly checksums: boolean;
  private readonly isRefusing: (() => boolean) | undefined;
  private readonly ip = { ttl: 0, id: 0, dontFragment: true };
  private readonly reset = new Segment();

  constructor(
    settings: Settings,
    sink: PacketSink,
    onReset: ((event: ResetEvent) => void) | undefined,
    checksums: boolean,
    isRefusing?: () => boolean,
  ) {
    this.settings = settings;
    this.sink = sink;
    this.onReset = onReset;
    this.checksums = checksums;
    this.isRefusing = isRefusing;
  }

  transmit(segment: Segment, path: FourTuple, connection: Connection | undefined): void {
    this.write(segment, path, connection === undefined ? 0 : (path as Path).nextIpId());
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
    this.write(segment, path, reset.shape === 'active' ? (path as Path).nextIpId() : 0);
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
    this.sink(this.buffer, length);
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
    this.sink(buffer, length);
  }
}
