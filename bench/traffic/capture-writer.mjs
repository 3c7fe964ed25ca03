import { closeSync, openSync, writeSync } from 'node:fs';

import { OPTIONS_NONE, OPTIONS_SYN, OPTIONS_SYN_PLAIN, OPTIONS_TIMESTAMPS } from './segment.mjs';

/** @typedef {import('./segment.mjs').End} End */
/** @typedef {import('./segment.mjs').Segment} Segment */

const RECORD_HEADER = 16;
const BUFFER_BYTES = 4 << 20;
/** More than the longest record: header, frame of a full segment, and headers beyond the snaplen. */
const ROOM = 4096;
/** 2026-01-05T10:00:00Z */
const FIRST_SECOND = 1_767_607_200;
const ETHERNET_MINIMUM = 60;
const VLAN_TAG = 0x8100;
const VLAN_ID = 120;

/** Bytes of TCP options, by the `OPTIONS_…` number. */
const OPTION_BYTES = [0, 12, 20, 8];

/** Streams Ethernet frames into a pcap file (microseconds) through one buffer used again and again. */
export class CaptureWriter {
  /**
   * @param {string} path
   * @param {number} snaplen bytes kept of each frame
   * @param {Buffer} filler what payload bytes are taken from after their head
   */
  constructor(path, snaplen, filler) {
    this.descriptor = openSync(path, 'w');
    this.snaplen = snaplen;
    this.filler = filler;
    this.buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, BUFFER_BYTES);
    this.used = 0;
    this.flushed = 0;
    this.packets = 0;
    this.fileHeader();
  }

  /** Bytes so far. */
  get bytes() {
    return this.flushed + this.used;
  }

  fileHeader() {
    const { view } = this;
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(8, 0, true);
    view.setUint32(12, 0, true);
    view.setUint32(16, this.snaplen, true);
    view.setUint32(20, 1, true);
    this.used = 24;
  }

  /**
   * Writes one segment as a frame of the link.
   * @param {number} micros since the capture began
   * @param {End} from
   * @param {End} to
   * @param {Segment} segment
   */
  write(micros, from, to, segment) {
    if (this.used + ROOM > BUFFER_BYTES) this.flush();
    const frame = this.used + RECORD_HEADER;
    const tcpLength = 20 + /** @type {number} */ (OPTION_BYTES[segment.options]) + segment.length;
    const ip = this.ethernet(frame, from, to);
    const tcp = from.v6
      ? this.ipv6(ip, from, to, tcpLength)
      : this.ipv4(ip, from, to, segment, tcpLength);
    const payload = this.tcp(tcp, micros, from, to, segment, tcpLength);
    let wire = payload + segment.length - frame;
    if (wire < ETHERNET_MINIMUM && !from.near) wire = this.pad(frame, wire);
    const captured = Math.min(wire, this.snaplen);
    if (segment.length > 0) this.payload(payload, frame + captured, segment);
    this.record(micros, captured, wire);
  }

  /**
   * @param {number} at
   * @param {End} from
   * @param {End} to
   */
  ethernet(at, from, to) {
    const { view } = this;
    view.setUint32(at, 0x02420000);
    view.setUint16(at + 4, to.mac);
    view.setUint32(at + 6, 0x02420000);
    view.setUint16(at + 10, from.mac);
    let type = at + 12;
    if (from.vlan) {
      view.setUint32(type, (VLAN_TAG << 16) | VLAN_ID);
      type += 4;
    }
    view.setUint16(type, from.v6 ? 0x86dd : 0x0800);
    return type + 2;
  }

  /**
   * @param {number} at
   * @param {End} from
   * @param {End} to
   * @param {Segment} segment
   * @param {number} tcpLength
   */
  ipv4(at, from, to, segment, tcpLength) {
    const { view } = this;
    const timeToLive = (from.ttl << 8) | 6;
    const id = segment.ipId;
    const sum =
      0x4500 + 20 + tcpLength + id + 0x4000 + timeToLive + from.addressSum + to.addressSum;
    view.setUint16(at, 0x4500);
    view.setUint16(at + 2, 20 + tcpLength);
    view.setUint16(at + 4, id);
    view.setUint16(at + 6, 0x4000);
    view.setUint16(at + 8, timeToLive);
    view.setUint16(at + 10, ~fold(sum));
    view.setInt32(at + 12, from.address3);
    view.setInt32(at + 16, to.address3);
    return at + 20;
  }

  /**
   * @param {number} at
   * @param {End} from
   * @param {End} to
   * @param {number} tcpLength
   */
  ipv6(at, from, to, tcpLength) {
    const { view } = this;
    view.setUint32(at, 0x60000000);
    view.setUint16(at + 4, tcpLength);
    view.setUint16(at + 6, (6 << 8) | from.ttl);
    view.setInt32(at + 8, from.address0);
    view.setInt32(at + 12, from.address1);
    view.setInt32(at + 16, 0);
    view.setInt32(at + 20, from.address3);
    view.setInt32(at + 24, to.address0);
    view.setInt32(at + 28, to.address1);
    view.setInt32(at + 32, 0);
    view.setInt32(at + 36, to.address3);
    return at + 40;
  }

  /**
   * @param {number} at
   * @param {number} micros
   * @param {End} from
   * @param {End} to
   * @param {Segment} segment
   * @param {number} tcpLength
   */
  tcp(at, micros, from, to, segment, tcpLength) {
    const { view } = this;
    const headerLength = tcpLength - segment.length;
    view.setUint16(at, from.port);
    view.setUint16(at + 2, to.port);
    view.setInt32(at + 4, segment.seq);
    view.setInt32(at + 8, segment.ack);
    view.setUint8(at + 12, (headerLength >> 2) << 4);
    view.setUint8(at + 13, segment.flags);
    view.setUint16(at + 14, segment.window);
    // The pseudo-header's sum alone: what a capture shows before the network card has filled it in.
    view.setUint16(at + 16, fold(from.addressSum + to.addressSum + 6 + tcpLength));
    view.setUint16(at + 18, 0);
    if (segment.options !== OPTIONS_NONE) this.options(at + 20, micros, from, segment.options);
    return at + headerLength;
  }

  /**
   * @param {number} at
   * @param {number} micros
   * @param {End} from
   * @param {number} kind
   */
  options(at, micros, from, kind) {
    const { view } = this;
    if (kind === OPTIONS_TIMESTAMPS) {
      view.setUint32(at, 0x0101080a);
      this.timestamps(at + 4, micros, from);
      return;
    }
    view.setUint32(at, 0x020405b4);
    if (kind === OPTIONS_SYN_PLAIN) {
      view.setUint32(at + 4, 0x01010402);
      return;
    }
    if (kind !== OPTIONS_SYN) throw new RangeError(`no such options: ${kind}`);
    view.setUint32(at + 4, 0x0402080a);
    this.timestamps(at + 8, micros, from);
    view.setUint32(at + 16, 0x01030300 | from.windowShift);
  }

  /**
   * @param {number} at
   * @param {number} micros
   * @param {End} from
   */
  timestamps(at, micros, from) {
    from.tsLast = (from.tsOffset + Math.floor(micros / 1000)) | 0;
    this.view.setInt32(at, from.tsLast);
    this.view.setInt32(at + 4, from.tsRecent);
  }

  /**
   * @param {number} at
   * @param {number} end beyond the last byte captured
   * @param {Segment} segment
   */
  payload(at, end, segment) {
    const { head } = segment;
    let written = at;
    if (head !== undefined)
      written += head.copy(this.buffer, at, 0, Math.min(head.length, segment.length));
    if (written >= end) return;
    const from = segment.seq & 0x3fff;
    this.filler.copy(this.buffer, written, from, from + end - written);
  }

  /**
   * @param {number} frame
   * @param {number} wire
   */
  pad(frame, wire) {
    this.buffer.fill(0, frame + wire, frame + ETHERNET_MINIMUM);
    return ETHERNET_MINIMUM;
  }

  /**
   * @param {number} micros
   * @param {number} captured
   * @param {number} wire
   */
  record(micros, captured, wire) {
    const { view, used } = this;
    const whole = Math.floor(micros);
    const seconds = Math.floor(whole / 1_000_000);
    view.setUint32(used, FIRST_SECOND + seconds, true);
    view.setUint32(used + 4, whole - seconds * 1_000_000, true);
    view.setUint32(used + 8, captured, true);
    view.setUint32(used + 12, wire, true);
    this.used = used + RECORD_HEADER + captured;
    this.packets++;
  }

  flush() {
    for (let from = 0; from < this.used;) {
      from += writeSync(this.descriptor, this.buffer, from, this.used - from);
    }
    this.flushed += this.used;
    this.used = 0;
  }

  close() {
    this.flush();
    closeSync(this.descriptor);
  }
}

/**
 * Ones' complement sum, to 16 bits.
 * @param {number} sum
 */
const fold = (sum) => {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ((once & 0xffff) + (once >>> 16)) & 0xffff;
};
