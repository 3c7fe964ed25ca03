import { ConnectionKey, hostOfSource, hostOfTarget } from '../forensics/key.ts';
import { SURVEY_BUCKET_BITS, type Survey } from '../forensics/survey.ts';
import { FIN, Packet, RST, SYN, type PacketVisitor } from '../wire/packet.ts';
import { WordLog } from './word-log.ts';

const NONE = -1;

// Kinds of records, in the two lowest bits of their first word.
const RUN = 0;
const CLOSE = 1;
const PACKET = 2;
const KIND = 3;

// Bits of a run and of a FIN.
/** By its ports, the client is the upper end. */
const CLIENT_UPPER = 1 << 2;
const SEEN = 1 << 3;
const PAID = 1 << 5;
const LAST_PAID_UPPER = 1 << 7;
const TRAIL_UPPER = 1 << 8;
const TRAIL_SHIFT = 9;
const TRAIL_ONE = 1 << TRAIL_SHIFT;
const TRAIL_MASK = 7 << TRAIL_SHIFT;
/** Of a FIN: the side that sent it, whether it carried data, and its flags. */
const FROM_UPPER = 1 << 3;
const WITH_DATA = 1 << 4;
const FLAGS_SHIFT = 8;

const ORDINARY_WORDS = 3;

// Words of a packet.
const BITS = 0;
const SECONDS = 1;
const NANOS = 2;
const SOURCE = 3;
const TARGET = 4;
const PORTS = 5;
const PACKET_WORDS = 6;
// Bits of a packet, above its kind.
const ICMP = 1 << 2;
const SEQ_ZERO = 1 << 3;
const PACKET_DATA = 1 << 4;

/**
 * One capture file, as much of it as a survey asks: its open connections at both ends and all that
 * happened to them in between, whatever was before and comes after. Segments in a row of one
 * connection, with none of its neighbours in the survey's table between them, come down to three
 * words: who spoke, who sent data, who did last, and how many came at the end that nobody answered.
 * A survey to which the digests of several files are shown in order (`retell`) is in the same state
 * as one that has seen the files.
 */
export class Digest implements PacketVisitor {
  private readonly log = new WordLog();
  private readonly key = new ConnectionKey();
  /** By bucket of the survey's table, the run that goes on there. */
  private readonly open = new Int32Array(1 << SURVEY_BUCKET_BITS).fill(NONE);
  private readonly mask = this.open.length - 1;
  /** When the first segment came, since the epoch; -1: none did. */
  firstSeconds = -1;
  firstNanos = 0;

  get words(): Int32Array {
    return this.log.written;
  }

  /** As a survey's: all that it wants of a segment with neither SYN nor RST. */
  glance(
    source: number,
    target: number,
    ports: number,
    flags: number,
    payloadLength: number,
  ): boolean {
    if ((flags & (SYN | RST)) !== 0 || this.firstSeconds < 0) return false;
    const fromHigherPort = ports >>> 16 > (ports & 0xffff);
    this.ordinary(this.key.ofWords(source, target, ports), flags, payloadLength, fromHigherPort);
    return true;
  }

  segment(packet: Packet): void {
    if (this.firstSeconds < 0) {
      this.firstSeconds = packet.seconds;
      this.firstNanos = packet.nanos;
    }
    const key = this.key.of(packet);
    if ((packet.flags & (SYN | RST)) !== 0) this.packet(packet, key, 0);
    else {
      const fromHigherPort = packet.sourcePort > packet.targetPort;
      this.ordinary(key, packet.flags, packet.payloadLength, fromHigherPort);
    }
  }

  icmpError(packet: Packet): void {
    this.packet(packet, this.key.of(packet), ICMP);
  }

  private ordinary(
    key: ConnectionKey,
    flags: number,
    payloadLength: number,
    fromHigherPort: boolean,
  ): void {
    const place = key.bucket & this.mask;
    if ((flags & FIN) !== 0) {
      const bits =
        CLOSE |
        (key.side === 1 ? FROM_UPPER : 0) |
        (payloadLength > 0 ? WITH_DATA : 0) |
        ((flags & 0xff) << FLAGS_SHIFT);
      this.begin(bits, key, fromHigherPort);
      this.open[place] = NONE;
      return;
    }
    let at = this.open[place];
    if (at === NONE || this.log.words[at + 2] !== key.tag) {
      at = this.begin(RUN, key, fromHigherPort);
      this.open[place] = at;
    }
    this.log.words[at] = oneMore(this.log.words[at], key.side, payloadLength > 0);
  }

  private begin(bits: number, key: ConnectionKey, fromHigherPort: boolean): number {
    const at = this.log.take(ORDINARY_WORDS);
    const { words } = this.log;
    words[at] = bits | (fromHigherPort === (key.side === 1) ? CLIENT_UPPER : 0);
    words[at + 1] = key.bucket;
    words[at + 2] = key.tag;
    return at;
  }

  private packet(packet: Packet, key: ConnectionKey, kind: number): void {
    const at = this.log.take(PACKET_WORDS);
    const { words } = this.log;
    words[at + BITS] =
      PACKET |
      kind |
      (packet.seq === 0 ? SEQ_ZERO : 0) |
      (packet.payloadLength > 0 ? PACKET_DATA : 0) |
      (packet.flags << FLAGS_SHIFT);
    words[at + SECONDS] = packet.seconds;
    words[at + NANOS] = packet.nanos;
    words[at + SOURCE] = hostOfSource(packet);
    words[at + TARGET] = hostOfTarget(packet);
    words[at + PORTS] = (packet.sourcePort << 16) | packet.targetPort;
    this.open[key.bucket & this.mask] = NONE;
  }
}

const oneMore = (run: number, side: 0 | 1, hasData: boolean): number => {
  const upper = side === 1;
  let bits = run | (SEEN << side);
  if (hasData) {
    bits = (bits & ~LAST_PAID_UPPER) | (PAID << side) | (upper ? LAST_PAID_UPPER : 0);
  }
  const goesOn = (bits & TRAIL_MASK) !== 0 && upper === ((bits & TRAIL_UPPER) !== 0);
  if (!goesOn) return (bits & ~(TRAIL_MASK | TRAIL_UPPER)) | TRAIL_ONE | (upper ? TRAIL_UPPER : 0);
  return (bits & TRAIL_MASK) === TRAIL_MASK ? bits : bits + TRAIL_ONE;
};

/** Shows a survey what a digest holds. */
export const retell = (words: Int32Array, survey: Survey): void => {
  const teller = new Teller(survey);
  let at = 0;
  while (at < words.length) at = teller.record(words, at);
};

class Teller {
  private readonly survey: Survey;
  private readonly key = new ConnectionKey();
  private readonly seen = new Packet();

  constructor(survey: Survey) {
    this.survey = survey;
    this.seen.ipVersion = 4;
  }

  /** Answers where the next record is. */
  record(words: Int32Array, at: number): number {
    const bits = words[at];
    if ((bits & KIND) === PACKET) {
      this.packet(words, at);
      return at + PACKET_WORDS;
    }
    this.key.bucket = words[at + 1];
    this.key.tag = words[at + 2];
    if ((bits & KIND) === CLOSE) {
      const side = (bits & FROM_UPPER) === 0 ? 0 : 1;
      this.ordinary(bits, side, bits & WITH_DATA, bits >>> FLAGS_SHIFT);
    } else {
      this.run(bits);
    }
    return at + ORDINARY_WORDS;
  }

  /** The shortest row of segments that leaves the survey where the run itself would have. */
  private run(bits: number): void {
    const last = (bits & LAST_PAID_UPPER) === 0 ? 0 : 1;
    const other = last === 0 ? 1 : 0;
    if ((bits & (PAID << other)) !== 0) this.ordinary(bits, other, 1, 0);
    const hasData = (bits & (PAID << last)) !== 0;
    if (hasData) this.ordinary(bits, last, 1, 0);
    const trail = (bits & TRAIL_UPPER) === 0 ? 0 : 1;
    const before = trail === 0 ? 1 : 0;
    let count = (bits & TRAIL_MASK) >>> TRAIL_SHIFT;
    if ((bits & (SEEN << before)) !== 0) this.ordinary(bits, before, 0, 0);
    else if (hasData) count--;
    for (; count > 0; count--) this.ordinary(bits, trail, 0, 0);
  }

  private ordinary(bits: number, side: 0 | 1, payloadLength: number, flags: number): void {
    this.key.side = side;
    const fromHigherPort = ((bits & CLIENT_UPPER) !== 0) === (side === 1);
    this.survey.ordinary(this.key, flags, payloadLength, fromHigherPort);
  }

  /** An address of IPv6 is told by its hash, which is all that a survey makes of it. */
  private packet(words: Int32Array, at: number): void {
    const { seen } = this;
    const bits = words[at + BITS];
    seen.flags = (bits >>> FLAGS_SHIFT) & 0xff;
    seen.seq = (bits & SEQ_ZERO) === 0 ? 1 : 0;
    seen.payloadLength = (bits & PACKET_DATA) === 0 ? 0 : 1;
    seen.seconds = words[at + SECONDS] >>> 0;
    seen.nanos = words[at + NANOS];
    seen.source0 = words[at + SOURCE];
    seen.target0 = words[at + TARGET];
    seen.sourcePort = words[at + PORTS] >>> 16;
    seen.targetPort = words[at + PORTS] & 0xffff;
    if ((bits & ICMP) !== 0) this.survey.icmpError(seen);
    else this.survey.segment(seen);
  }
}
