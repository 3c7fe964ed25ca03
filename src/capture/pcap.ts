import type { Delivery } from './delivery.ts';
import { type Format, LARGEST_ORDINARY_FRAME, LARGEST_RECORD, bytesText } from './format.ts';
import { type RecordShape, Resynchronisation } from './resync.ts';

/** What the file header says. */
export interface PcapHeader {
  readonly littleEndian: boolean;
  /** Fractions of a second are nanoseconds, not microseconds. */
  readonly nanoseconds: boolean;
  /** Bytes of a record's header: 16, or 24 in the variant of old Linux with interface numbers. */
  readonly recordHeader: number;
  readonly snapLength: number;
  readonly linkType: number;
}

export const PCAP_FILE_HEADER = 24;

/** Records of a pcap file (draft-ietf-opsawg-pcap). */
export class PcapRecords implements Format {
  need: number;
  private readonly delivery: Delivery;
  private readonly header: PcapHeader;
  private readonly largestFrame: number;
  private readonly resync: Resynchronisation;
  /**
   * The first record's fraction of a second and lengths were in order, so a later one's are a sign
   * of lost bytes; some writers get them wrong throughout.
   */
  private orderly = true;

  constructor(delivery: Delivery, header: PcapHeader) {
    this.delivery = delivery;
    this.header = header;
    this.need = header.recordHeader;
    this.largestFrame = largestFrame(header.snapLength);
    this.resync = new Resynchronisation(delivery, new PcapShape(delivery, header));
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
      at = this.records(bytes, view, at, to, last);
      if (!this.resync.searching) return at;
    }
  }

  /** The hot loop: returns where a record is not whole yet, or where one cannot be true. */
  private records(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    to: number,
    last: boolean,
  ): number {
    const { delivery, largestFrame: limit } = this;
    const { littleEndian, recordHeader, linkType, nanoseconds } = this.header;
    const { packet, counts, transcript } = delivery;
    const toNanos = nanoseconds ? 1 : 1000;
    const fractions = fractionLimit(nanoseconds);
    if (counts.packets === 0) this.orderly = this.beginsOrderly(view, from, to);
    const { orderly } = this;
    let at = from;
    while (at + recordHeader <= to) {
      const fraction = view.getInt32(at + 4, littleEndian);
      const captured = view.getInt32(at + 8, littleEndian);
      let original = view.getInt32(at + 12, littleEndian);
      if (captured < 0 || captured > limit) return this.lose(at, claims(captured));
      if (fraction < 0 || fraction >= fractions || original < captured || original === 0) {
        if (orderly || (captured === 0 && original === 0)) {
          return this.lose(at, 'a packet record has an impossible time or length');
        }
        if (original < captured) original = captured;
      }
      const next = at + recordHeader + captured;
      if (next > to) {
        if (last && captured > LARGEST_ORDINARY_FRAME / 4) return this.lose(at, claims(captured));
        this.need = next - at;
        return at;
      }
      const fine = fraction * toNanos;
      packet.seconds = view.getUint32(at, littleEndian);
      // A fraction that is none is held at the second's end, so that time never runs backwards.
      packet.nanos = fine >= 0 && fine <= 999_999_999 ? fine : 999_999_999;
      const offset = at + recordHeader;
      delivery.frame(bytes, view, offset, captured, original, linkType, at);
      if (transcript !== undefined) {
        const { frame, seconds, nanos } = packet;
        transcript.record(frame, bytes, offset, captured, original, seconds, nanos);
      }
      at = next;
    }
    this.need = recordHeader;
    return at;
  }

  private lose(at: number, message: string): number {
    this.resync.lose('bad-record-length', this.delivery.base + at, message);
    return at;
  }

  private beginsOrderly(view: DataView, at: number, to: number): boolean {
    const { littleEndian, recordHeader, nanoseconds } = this.header;
    if (at + recordHeader > to) return this.orderly;
    const fraction = view.getInt32(at + 4, littleEndian);
    const captured = view.getInt32(at + 8, littleEndian);
    const original = view.getInt32(at + 12, littleEndian);
    const fractionInOrder = fraction >= 0 && fraction < fractionLimit(nanoseconds);
    return fractionInOrder && original >= captured && original > 0;
  }
}

const largestFrame = (snapLength: number): number =>
  snapLength > LARGEST_ORDINARY_FRAME && snapLength <= LARGEST_RECORD
    ? snapLength
    : LARGEST_ORDINARY_FRAME;

/** Twice the units of a second: some writers forget to carry into the seconds. */
const fractionLimit = (nanoseconds: boolean): number => (nanoseconds ? 2_000_000_000 : 2_000_000);

const claims = (captured: number): string =>
  `a packet record claims ${bytesText(captured >>> 0)} of captured data`;

/** Records found by searching must be near in time to the last good one, and of a usual size. */
const SEARCH_SECONDS = 7 * 24 * 3600;

class PcapShape implements RecordShape {
  readonly headerLength: number;
  private readonly delivery: Delivery;
  private readonly header: PcapHeader;

  constructor(delivery: Delivery, header: PcapHeader) {
    this.delivery = delivery;
    this.header = header;
    this.headerLength = header.recordHeader;
  }

  lengthAt(view: DataView, at: number, _to: number, before: number): number {
    const { littleEndian, nanoseconds, recordHeader } = this.header;
    const captured = view.getInt32(at + 8, littleEndian);
    if (captured <= 0 || captured > LARGEST_ORDINARY_FRAME / 4) return 0;
    const original = view.getInt32(at + 12, littleEndian);
    if (original < captured || original > LARGEST_ORDINARY_FRAME) return 0;
    const fraction = view.getInt32(at + 4, littleEndian);
    if (fraction < 0 || fraction >= fractionLimit(nanoseconds) / 2) return 0;
    const seconds = view.getUint32(at, littleEndian);
    const near = this.secondsNear(view, before);
    return near >= 0 && Math.abs(seconds - near) > SEARCH_SECONDS ? 0 : recordHeader + captured;
  }

  /** Time of the record before, of the last good packet where there is none; -1: nothing known. */
  private secondsNear(view: DataView, before: number): number {
    if (before >= 0) return view.getUint32(before, this.header.littleEndian);
    return this.delivery.counts.packets > 0 ? this.delivery.packet.seconds : -1;
  }
}
