import { decodeFrame } from '../wire/decode.ts';
import {
  HEADER_CUT,
  ICMP_ERROR,
  LATER_FRAGMENT,
  MALFORMED,
  TCP_SEGMENT,
  UNKNOWN_LINK_TYPE,
} from '../wire/frame-kind.ts';
import { LINKTYPE_ETHERNET } from '../wire/link-types.ts';
import { Packet, type PacketVisitor } from '../wire/packet.ts';
import { type CaptureCounts, type Problem, type ProblemCode, noCounts } from './problem.ts';
import type { CaptureVisitor, Transcript } from './transcript.ts';

/** Ethernet, IPv4 without options, TCP without options. */
const PLAIN_HEADERS = 54;
/** EtherType 0x0800, then version 4 with a header of 20 bytes. */
const PLAIN_IPV4 = 0x080045;
/** From the word of fragment offset, TTL and protocol: no fragment but the first, and TCP. */
const PLAIN_TCP_MASK = 0x1fff00ff;
const PLAIN_TCP = 6;
/** Payload of a full segment at an MTU of 1,500 (IPv4, no options). */
const FULL_SEGMENT = 1460;
/** Problems beyond these are counted only: a file of garbage must not fill the memory with them. */
const MOST_PROBLEMS = 64;

/** Where the formats meet: takes each frame to the decoder, counts it, and calls the visitor. */
export class Delivery {
  /** Filled in for every frame; formats set time and interface before they call `frame`. */
  readonly packet = new Packet();
  readonly counts: CaptureCounts = noCounts();
  readonly problems: Problem[] = [];
  /** Problems met after the list was full. */
  furtherProblems = 0;
  /** Nothing more can be read. */
  stopped = false;
  /** Place in the capture of the first of the bytes that are being read. */
  base = 0;
  readonly transcript: Transcript | undefined;
  private readonly visitor: PacketVisitor;
  private readonly glances: boolean;
  private readonly carries: boolean;
  private readonly unknownLinkTypes = new Set<number>();

  constructor(visitor: CaptureVisitor) {
    this.visitor = visitor;
    this.transcript = visitor.transcript;
    this.glances = visitor.glance !== undefined;
    this.carries = visitor.carry !== undefined;
  }

  /** The frame's record begins at `at` of the bytes, which matters only if there is a problem. */
  frame(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    captured: number,
    original: number,
    linkType: number,
    at: number,
  ): void {
    const { packet, counts } = this;
    counts.packets += 1;
    packet.frame = counts.packets;
    if (original > captured) counts.cut += 1;
    if (this.glances && linkType === LINKTYPE_ETHERNET && captured >= PLAIN_HEADERS) {
      if (this.glance(view, offset)) return;
    }
    const kind = decodeFrame(packet, bytes, view, offset, captured, original, linkType);
    if (packet.tunnels > 0) counts.tunnelled += 1;
    if (kind === TCP_SEGMENT) {
      counts.tcp += 1;
      if (packet.payloadLength > FULL_SEGMENT) counts.superSegments += 1;
      if (this.carries) this.visitor.carry!(packet, offset, captured, original, linkType);
      else this.visitor.segment(packet);
    } else if (kind === ICMP_ERROR) {
      if (this.carries) this.visitor.carry!(packet, offset, captured, original, linkType);
      else this.visitor.icmpError(packet);
    } else if (kind === LATER_FRAGMENT) {
      counts.laterFragments += 1;
    } else if (kind === HEADER_CUT) {
      counts.headerCut += 1;
    } else if (kind === MALFORMED) {
      counts.malformed += 1;
    } else if (kind === UNKNOWN_LINK_TYPE) {
      this.unknownLinkType(linkType, this.base + at);
    } else {
      counts.other += 1;
    }
  }

  /** Whether the visitor is done with the frame, from what lies where it lies in nearly all frames. */
  private glance(view: DataView, offset: number): boolean {
    if (view.getInt32(offset + 12) >>> 8 !== PLAIN_IPV4) return false;
    if ((view.getInt32(offset + 20) & PLAIN_TCP_MASK) !== PLAIN_TCP) return false;
    const flagsWord = view.getInt32(offset + 46);
    const headerLength = (flagsWord >>> 28) * 4;
    const payloadLength = view.getUint16(offset + 16) - 20 - headerLength;
    if (headerLength < 20 || payloadLength < 0) return false;
    const done = this.visitor.glance!(
      view.getInt32(offset + 26),
      view.getInt32(offset + 30),
      view.getInt32(offset + 34),
      (flagsWord >>> 16) & 0xff,
      payloadLength,
    );
    if (!done) return false;
    this.counts.tcp += 1;
    if (payloadLength > FULL_SEGMENT) this.counts.superSegments += 1;
    return true;
  }

  private unknownLinkType(linkType: number, offset: number): void {
    this.counts.unknownLinkType += 1;
    if (this.unknownLinkTypes.has(linkType)) return;
    this.unknownLinkTypes.add(linkType);
    this.problem('unknown-link-type', offset, `link type ${linkType} is not supported`);
  }

  /** Notes a problem after which reading goes on. */
  problem(code: ProblemCode, offset: number, message: string): void {
    this.note({ code, frame: this.counts.packets, offset, message, fatal: false });
  }

  /** Notes a problem that ends the reading. */
  fail(code: ProblemCode, offset: number, message: string): void {
    if (this.stopped) return;
    this.stopped = true;
    this.note({ code, frame: this.counts.packets, offset, message, fatal: true });
  }

  private note(problem: Problem): void {
    if (problem.fatal || this.problems.length < MOST_PROBLEMS) this.problems.push(problem);
    else this.furtherProblems += 1;
  }
}
