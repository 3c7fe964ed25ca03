import type { CandidateSet } from '../forensics/candidates.ts';
import type { Investigation } from '../forensics/investigation.ts';
import { ConnectionKey } from '../forensics/key.ts';
import { Opening, readOpening } from '../forensics/opening.ts';
import { packedOpening, unpackOpening } from '../forensics/traces.ts';
import { readOptions, TcpOptions } from '../wire/options.ts';
import { Packet, type PacketVisitor } from '../wire/packet.ts';
import { partOf } from './partition.ts';
import { WordLog } from './word-log.ts';

// Words of a row.
const FRAME = 0;
const SECONDS = 1;
const NANOS = 2;
const INTERFACE = 3;
const SL_TYPE = 4;
const BITS = 5;
const WINDOW = 6;
const IP_ID = 7;
const SEQ = 8;
const ACK_NUMBER = 9;
const LENGTH = 10;
const SOURCE = 11;
const TARGET = 15;
const PORTS = 19;
const TSVAL = 20;
const TSECR = 21;
const WINDOW_SCALE = 22;
const RESET_REASON = 23;
const OPENING = 24;
const REMAINING = 25;
const ICMP = 26;
const ROW = 27;

// Bits above flags (8) and TTL (8).
const IS_IPV6 = 1 << 16;
const HAS_TIMESTAMPS = 1 << 17;
const FASTCLOSE = 1 << 18;
const IS_ICMP = 1 << 19;

/** No segment was followed. */
const NEVER = -1;

/**
 * The segments of a file's marked connections, 108 bytes each, in parts: all that an investigation
 * asks of a segment, with its options and the beginning of its data as already read. Frames are
 * numbered as in the file.
 */
export class Extract implements PacketVisitor {
  readonly parts: readonly WordLog[];
  /** Seconds of the first segment, since the epoch; -1: there was none. */
  beganSeconds = NEVER;
  /** The latest time of any. */
  reachedSeconds = 0;
  reachedNanos = 0;
  private readonly marked: CandidateSet;
  private readonly key = new ConnectionKey();
  private readonly options = new TcpOptions();
  private readonly opening = new Opening();

  constructor(marked: CandidateSet, parts: number) {
    this.marked = marked;
    this.parts = Array.from({ length: parts }, () => new WordLog());
  }

  /** Not interested in whom the survey did not mark. */
  glance(source: number, target: number, ports: number): boolean {
    return !this.marked.holds(this.key.ofWords(source, target, ports));
  }

  segment(packet: Packet): void {
    const key = this.key.of(packet);
    if (!this.marked.holds(key)) return;
    if (packet.payloadLength > 0) readOpening(packet, this.opening);
    this.clock(packet.seconds, packet.nanos);
    const part = this.parts[partOf(packet, key, this.parts.length)];
    const at = part.take(ROW);
    const { words } = part;
    writePacket(words, at, packet);
    writeOptions(words, at, readOptions(packet, this.options));
    words[at + OPENING] = packet.payloadLength === 0 ? 0 : packedOpening(this.opening);
    words[at + REMAINING] = this.opening.remaining;
  }

  icmpError(packet: Packet): void {
    const part = this.parts[partOf(packet, this.key.of(packet), this.parts.length)];
    const at = part.take(ROW);
    writePacket(part.words, at, packet);
    part.words[at + BITS] |= IS_ICMP;
    part.words[at + ICMP] = (packet.icmpType << 8) | packet.icmpCode;
  }

  private clock(seconds: number, nanos: number): void {
    if (this.beganSeconds === NEVER) this.beganSeconds = seconds;
    const isLater =
      seconds > this.reachedSeconds ||
      (seconds === this.reachedSeconds && nanos > this.reachedNanos);
    if (!isLater) return;
    this.reachedSeconds = seconds;
    this.reachedNanos = nanos;
  }
}

const writePacket = (words: Int32Array, at: number, packet: Packet): void => {
  words[at + FRAME] = packet.frame;
  words[at + SECONDS] = packet.seconds;
  words[at + NANOS] = packet.nanos;
  words[at + INTERFACE] = packet.interfaceId;
  words[at + SL_TYPE] = packet.slType;
  words[at + BITS] = packet.flags | (packet.ttl << 8) | (packet.ipVersion === 6 ? IS_IPV6 : 0);
  words[at + WINDOW] = packet.window;
  words[at + IP_ID] = packet.ipId;
  words[at + SEQ] = packet.seq;
  words[at + ACK_NUMBER] = packet.ack;
  words[at + LENGTH] = packet.payloadLength;
  words[at + SOURCE] = packet.source0;
  words[at + SOURCE + 1] = packet.source1;
  words[at + SOURCE + 2] = packet.source2;
  words[at + SOURCE + 3] = packet.source3;
  words[at + TARGET] = packet.target0;
  words[at + TARGET + 1] = packet.target1;
  words[at + TARGET + 2] = packet.target2;
  words[at + TARGET + 3] = packet.target3;
  words[at + PORTS] = (packet.sourcePort << 16) | packet.targetPort;
};

const writeOptions = (words: Int32Array, at: number, options: TcpOptions): void => {
  if (options.hasTimestamps) words[at + BITS] |= HAS_TIMESTAMPS;
  if (options.mptcpFastclose) words[at + BITS] |= FASTCLOSE;
  words[at + TSVAL] = options.tsval;
  words[at + TSECR] = options.tsecr;
  words[at + WINDOW_SCALE] = options.windowScale;
  words[at + RESET_REASON] = options.mptcpResetReason;
};

/** Shows an investigation the rows of one file's part; `framesBefore`: in the files before. */
export const showRows = (
  words: Int32Array,
  framesBefore: number,
  investigation: Investigation,
): void => {
  const packet = new Packet();
  const options = new TcpOptions();
  const opening = new Opening();
  const key = new ConnectionKey();
  for (let at = 0; at < words.length; at += ROW) {
    readPacket(words, at, packet);
    packet.frame += framesBefore;
    if ((words[at + BITS] & IS_ICMP) !== 0) {
      packet.icmpType = words[at + ICMP] >>> 8;
      packet.icmpCode = words[at + ICMP] & 0xff;
      investigation.icmpError(packet);
      continue;
    }
    readOptionWords(words, at, options);
    if (packet.payloadLength > 0) {
      unpackOpening(words[at + OPENING], words[at + REMAINING], opening);
    }
    investigation.follow(packet, options, opening, key.of(packet));
  }
};

const readPacket = (words: Int32Array, at: number, packet: Packet): void => {
  const bits = words[at + BITS];
  packet.frame = words[at + FRAME];
  packet.seconds = words[at + SECONDS] >>> 0;
  packet.nanos = words[at + NANOS];
  packet.interfaceId = words[at + INTERFACE];
  packet.slType = words[at + SL_TYPE];
  packet.flags = bits & 0xff;
  packet.ttl = (bits >>> 8) & 0xff;
  packet.ipVersion = (bits & IS_IPV6) === 0 ? 4 : 6;
  packet.window = words[at + WINDOW];
  packet.ipId = words[at + IP_ID];
  packet.seq = words[at + SEQ];
  packet.ack = words[at + ACK_NUMBER];
  packet.payloadLength = words[at + LENGTH];
  packet.source0 = words[at + SOURCE];
  packet.source1 = words[at + SOURCE + 1];
  packet.source2 = words[at + SOURCE + 2];
  packet.source3 = words[at + SOURCE + 3];
  packet.target0 = words[at + TARGET];
  packet.target1 = words[at + TARGET + 1];
  packet.target2 = words[at + TARGET + 2];
  packet.target3 = words[at + TARGET + 3];
  packet.sourcePort = words[at + PORTS] >>> 16;
  packet.targetPort = words[at + PORTS] & 0xffff;
};

const readOptionWords = (words: Int32Array, at: number, options: TcpOptions): void => {
  const bits = words[at + BITS];
  options.hasTimestamps = (bits & HAS_TIMESTAMPS) !== 0;
  options.mptcpFastclose = (bits & FASTCLOSE) !== 0;
  options.tsval = words[at + TSVAL];
  options.tsecr = words[at + TSECR];
  options.windowScale = words[at + WINDOW_SCALE];
  options.mptcpResetReason = words[at + RESET_REASON];
};
