import type { PacketVisitor } from '../wire/packet.ts';
import type { PcapHeader } from './pcap.ts';

/** Whoever wants a capture as it is written, not only its packets: to copy it. */
export interface Transcript {
  /** A pcap file begins. */
  pcap(header: PcapHeader): void;
  /** A packet of a pcap file, after the visitor has seen it: `captured` bytes from `offset`. */
  record(
    frame: number,
    bytes: Uint8Array,
    offset: number,
    captured: number,
    original: number,
    seconds: number,
    nanos: number,
  ): void;
  /**
   * A sound block of a pcapng file, after the visitor has seen its packet; `frame` is that packet's
   * number, 0 where the block holds none. What was damaged or senseless is not shown.
   */
  block(
    frame: number,
    type: number,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    length: number,
    littleEndian: boolean,
  ): void;
}

/** A visitor that may want the transcript as well. */
export interface CaptureVisitor extends PacketVisitor {
  readonly transcript?: Transcript;
}
