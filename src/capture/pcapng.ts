import { InterfaceClock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { type Format, LARGEST_ORDINARY_FRAME, LARGEST_RECORD, bytesText } from './format.ts';
import { type RecordShape, Resynchronisation } from './resync.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

/** Decryption secrets: the last of the types that are met outside of experiments. */
const LAST_COMMON_TYPE = 10;

/** Of one section; no file that means it comes near. */
const MOST_INTERFACES = 65_536;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Type, total length, and the total length again at the end. */
const SMALLEST_BLOCK = 12;

interface Interface {
  /** Number over all sections of the capture. */
  readonly id: number;
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: InterfaceClock;
}

/** Blocks of a pcapng file (draft-ietf-opsawg-pcapng). */
export class PcapngBlocks implements Format, RecordShape {
  need = SMALLEST_BLOCK;
  readonly headerLength = SMALLEST_BLOCK;
  private readonly delivery: Delivery;
  private littleEndian = true;
  /** Of the current section. */
  private interfaces: Interface[] = [];
  private interfacesBefore = 0;
  private unknownInterfaceTold = false;
  /** The block at hand makes sense. */
  private isSound = true;
  private readonly resync: Resynchronisation;

  constructor(delivery: Delivery) {
    this.delivery = delivery;
    this.resync = new Resynchronisation(delivery, this);
  }

  parse(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    to: number,
    base: number,
    last: boolean,
  ): number {
    this.delivery.base = base;
    let at = from;
    for (;;) {
      if (this.resync.searching) {
        at = this.resync.search(view, at, to, base, last);
        this.need = this.resync.need;
        if (this.resync.searching || this.delivery.stopped) return at;
      }
      at = this.blocks(bytes, view, at, to, last);
      if (!this.resync.searching) return at;
    }
  }

  /** Returns where a block is not whole yet, or where one cannot be true. */
  private blocks(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    to: number,
    last: boolean,
  ): number {
    let at = from;
    while (at + SMALLEST_BLOCK <= to) {
      const type = view.getInt32(at, this.littleEndian);
      if (type === SECTION_HEADER && !this.takeByteOrder(view, at)) {
        return this.lose(at, 'a section header has no byte-order magic');
      }
      const length = view.getInt32(at + 4, this.littleEndian);
      if (length < SMALLEST_BLOCK || (length & 3) !== 0 || length > LARGEST_RECORD) {
        return this.lose(at, claims(length));
      }
      if (at + length > to) {
        if (last && length > LARGEST_ORDINARY_FRAME) return this.lose(at, claims(length));
        this.need = length;
        return at;
      }
      if (view.getInt32(at + length - 4, this.littleEndian) !== length) {
        return this.lose(at, 'a block ends with another length than it began with');
      }
      const { packets } = this.delivery.counts;
      this.isSound = true;
      if (type === ENHANCED_PACKET) {
        const interfaceId = view.getInt32(at + 8, this.littleEndian);
        this.timedPacket(bytes, view, at, length, interfaceId);
      } else {
        this.block(type, bytes, view, at, length);
      }
      if (this.delivery.stopped) return at;
      if (this.isSound) this.transcribe(packets, type, bytes, view, at, length);
      at += length;
    }
    this.need = SMALLEST_BLOCK;
    return at;
  }

  private transcribe(
    packetsBefore: number,
    type: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    length: number,
  ): void {
    const { transcript, counts } = this.delivery;
    if (transcript === undefined) return;
    const frame = counts.packets === packetsBefore ? 0 : counts.packets;
    transcript.block(frame, type, bytes, view, at, length, this.littleEndian);
  }

  private lose(at: number, message: string): number {
    this.resync.lose('bad-block-length', this.delivery.base + at, message);
    return at;
  }

  /** A section header is the same in either byte order, and tells which one follows. */
  private takeByteOrder(view: DataView, at: number): boolean {
    const order = byteOrder(view, at);
    if (order !== undefined) this.littleEndian = order === 'little';
    return order !== undefined;
  }

  /** Recognises a block by its type, a usual length, and the same length at its end. */
  lengthAt(view: DataView, at: number, to: number): number {
    const type = view.getInt32(at, this.littleEndian);
    const section = type === SECTION_HEADER;
    if (!section && (type <= 0 || type > LAST_COMMON_TYPE)) return 0;
    const order = section ? byteOrder(view, at) : undefined;
    if (section && order === undefined) return 0;
    const little = order === undefined ? this.littleEndian : order === 'little';
    const length = view.getInt32(at + 4, little);
    if (length < SMALLEST_BLOCK || (length & 3) !== 0 || length > LARGEST_ORDINARY_FRAME) return 0;
    if (at + length <= to && view.getInt32(at + length - 4, little) !== length) return 0;
    return length;
  }

  private block(type: number, bytes: Uint8Array, view: DataView, at: number, length: number): void {
    switch (type) {
      case OBSOLETE_PACKET:
        this.timedPacket(bytes, view, at, length, view.getUint16(at + 8, this.littleEndian));
        break;
      case SIMPLE_PACKET:
        this.simplePacket(bytes, view, at, length);
        break;
      case INTERFACE_DESCRIPTION:
        this.describeInterface(view, at, length);
        break;
      case SECTION_HEADER:
        this.section(view, at, length);
        break;
      case INTERFACE_STATISTICS:
        this.statistics(view, at, length);
        break;
      default:
    }
  }

  private section(view: DataView, at: number, length: number): void {
    const major = length >= 28 ? view.getUint16(at + 12, this.littleEndian) : 0;
    if (major !== 1) {
      const version = `${major}.${view.getUint16(at + 14, this.littleEndian)}`;
      this.delivery.fail(
        'unsupported-version',
        this.delivery.base + at,
        `pcapng version ${version}`,
      );
      return;
    }
    this.interfacesBefore += this.interfaces.length;
    this.interfaces = [];
    this.unknownInterfaceTold = false;
  }

  private describeInterface(view: DataView, at: number, length: number): void {
    if (length < 20) {
      this.isSound = false;
      const { delivery } = this;
      const message = 'an interface description is too short';
      delivery.problem('bad-block-length', delivery.base + at, message);
      return;
    }
    if (this.interfaces.length === MOST_INTERFACES) return;
    this.interfaces.push({
      id: this.interfacesBefore + this.interfaces.length,
      linkType: view.getUint16(at + 8, this.littleEndian),
      snapLength: view.getInt32(at + 12, this.littleEndian),
      clock: readClock(view, at + 16, at + length - 4, this.littleEndian),
    });
  }

  /** What the capture says of itself: how many packets it lost, and until when it listened. */
  private statistics(view: DataView, at: number, length: number): void {
    const described = this.interfaces[length >= 24 ? view.getInt32(at + 8, this.littleEndian) : -1];
    if (described === undefined) return;
    const { counts, packet } = this.delivery;
    const to = at + length - 4;
    for (const code of [OPTION_IFDROP, OPTION_OSDROP]) {
      const place = optionAt(view, at + 20, to, code, this.littleEndian);
      if (place < 0) continue;
      counts.dropped = Math.max(counts.dropped, 0) + signed64(view, place, this.littleEndian);
    }
    const end = optionAt(view, at + 20, to, OPTION_ENDTIME, this.littleEndian);
    if (end < 0) return;
    // dumpcap 4.0 writes microseconds here whatever the resolution: what lies nearer to the packets is meant.
    const meant = described.clock.secondsAt(view, end, this.littleEndian);
    const inMicroseconds = MICROSECONDS.secondsAt(view, end, this.littleEndian);
    const isMeant = Math.abs(meant - packet.seconds) <= Math.abs(inMicroseconds - packet.seconds);
    counts.untilSeconds = Math.max(counts.untilSeconds, isMeant ? meant : inMicroseconds);
  }

  /** Enhanced and obsolete packet blocks differ in the size of the interface number only. */
  private timedPacket(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    length: number,
    interfaceId: number,
  ): void {
    const { delivery, littleEndian } = this;
    const { packet } = delivery;
    const described = this.interfaces[interfaceId];
    const captured = length >= 32 ? view.getInt32(at + 20, littleEndian) : -1;
    if (captured < 0 || captured > length - 32) {
      this.lie(at, captured, length - 32);
      return;
    }
    if (described === undefined) {
      this.unknownInterface(interfaceId, at);
      return;
    }
    const original = view.getInt32(at + 24, littleEndian);
    described.clock.setTime(packet, view, at + 12, littleEndian);
    packet.interfaceId = described.id;
    packet.slType = -1;
    delivery.frame(
      bytes,
      view,
      at + 28,
      captured,
      original < captured || original > LARGEST_RECORD ? captured : original,
      described.linkType,
      at,
    );
  }

  /** No time and no captured length: the smaller of the original and the interface's snap length. */
  private simplePacket(bytes: Uint8Array, view: DataView, at: number, length: number): void {
    const described = this.interfaces[0];
    if (length < 16) {
      this.lie(at, -1, length - 16);
      return;
    }
    if (described === undefined) {
      this.unknownInterface(0, at);
      return;
    }
    const room = length - 16;
    const claimed = view.getInt32(at + 8, this.littleEndian);
    const original = claimed < 0 || claimed > LARGEST_RECORD ? room : claimed;
    const snap = described.snapLength > 0 ? described.snapLength : original;
    const captured = Math.min(original, snap, room);
    const { packet } = this.delivery;
    packet.interfaceId = described.id;
    packet.slType = -1;
    this.delivery.frame(bytes, view, at + 12, captured, original, described.linkType, at);
  }

  private lie(at: number, captured: number, room: number): void {
    this.isSound = false;
    const { delivery } = this;
    delivery.counts.packets += 1;
    delivery.counts.malformed += 1;
    const message =
      room < 0
        ? 'a packet block is too short'
        : `a packet block of ${bytesText(room)} claims ${bytesText(captured >>> 0)} of captured data`;
    delivery.problem('bad-record-length', delivery.base + at, message);
  }

  private unknownInterface(interfaceId: number, at: number): void {
    this.isSound = false;
    const { delivery } = this;
    delivery.counts.packets += 1;
    delivery.counts.unknownLinkType += 1;
    if (this.unknownInterfaceTold) return;
    this.unknownInterfaceTold = true;
    const message = `interface ${interfaceId >>> 0} is not described in its section`;
    delivery.problem('unknown-interface', delivery.base + at, message);
  }
}

const claims = (length: number): string => `a block claims ${bytesText(length >>> 0)}`;

const byteOrder = (view: DataView, at: number): 'little' | 'big' | undefined => {
  if (view.getInt32(at + 8, true) === BYTE_ORDER_MAGIC) return 'little';
  return view.getInt32(at + 8) === BYTE_ORDER_MAGIC ? 'big' : undefined;
};

const OPTION_END = 0;
const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;
const OPTION_ENDTIME = 3;
const OPTION_IFDROP = 5;
const OPTION_OSDROP = 7;

/** Where the value of an option of eight bytes is; -1: there is none. */
const optionAt = (
  view: DataView,
  from: number,
  to: number,
  wanted: number,
  little: boolean,
): number => {
  let at = from;
  while (at + 4 <= to) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === OPTION_END || at + 4 + length > to) return -1;
    if (code === wanted && length === 8) return at + 4;
    at += 4 + ((length + 3) & ~3);
  }
  return -1;
};

/** if_tsresol, where nothing else is said. */
const MICROSECONDS = new InterfaceClock(6, 0);

/** Options that run over the block end the list: what came before counts. */
const readClock = (view: DataView, from: number, to: number, little: boolean): InterfaceClock => {
  let resolution = 6;
  let offsetSeconds = 0;
  let at = from;
  while (at + 4 <= to) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === OPTION_END || at + 4 + length > to) break;
    if (code === OPTION_TSRESOL && length >= 1) resolution = view.getUint8(at + 4);
    if (code === OPTION_TSOFFSET && length >= 8) offsetSeconds = signed64(view, at + 4, little);
    at += 4 + ((length + 3) & ~3);
  }
  return new InterfaceClock(resolution, offsetSeconds);
};

const signed64 = (view: DataView, at: number, little: boolean): number => {
  const high = view.getInt32(little ? at + 4 : at, little);
  return high * 2 ** 32 + view.getUint32(little ? at : at + 4, little);
};
