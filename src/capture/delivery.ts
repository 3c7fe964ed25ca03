import { decodeFrame } from '../wire/decode.ts';
import {
  HEADER_CUT,
  ICMP_ERROR,
  LATER_FRAGMENT,
  MALFORMED,
  TCP_SEGMENT,
  UNKNOWN_LINK_TYPE,
} from '../wire/frame-kind.ts';
import { Packet, type PacketVisitor } from '../wire/packet.ts';
import { type CaptureCounts, type Problem, type ProblemCode, noCounts } from './problem.ts';

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
  private readonly visitor: PacketVisitor;
  private readonly unknownLinkTypes = new Set<number>();

  constructor(visitor: PacketVisitor) {
    this.visitor = visitor;
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
    const kind = decodeFrame(packet, bytes, view, offset, captured, original, linkType);
    if (packet.tunnels > 0) counts.tunnelled += 1;
    if (kind === TCP_SEGMENT) {
      counts.tcp += 1;
      if (packet.payloadLength > FULL_SEGMENT) counts.superSegments += 1;
      this.visitor.segment(packet);
    } else if (kind === ICMP_ERROR) {
      this.visitor.icmpError(packet);
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
