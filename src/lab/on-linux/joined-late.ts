import { CaptureReader } from '../../capture/reader.ts';
import { ACK, type Packet, type PacketVisitor, RST, SYN } from '../../wire/packet.ts';

/** A capture that begins when the connections in it are under way. */
export interface JoinedLate {
  readonly capture: Uint8Array;
  /** The number that a frame has there. */
  readonly frameNow: (frame: number) => number;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Where in a record's header the length of what was captured stands. */
const CAPTURED_LENGTH = 8;

/** Little-endian, microseconds. */
const PCAP_MAGIC = 0xa1b2c3d4;

/** Takes the handshakes out of a pcap file as tcpdump writes it here; throws for any other file. */
export const joinLate = (capture: Uint8Array): JoinedLate => {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  if (view.getUint32(0, true) !== PCAP_MAGIC) throw new Error('no pcap file of this machine');
  const openings = new Openings();
  const reader = new CaptureReader(openings);
  reader.push(capture);
  reader.end();
  const kept = records(capture, view).filter((_, at) => !openings.frames.has(at + 1));
  const parts = [capture.subarray(0, FILE_HEADER), ...kept];
  const dropped = [...openings.frames];
  return {
    capture: joined(parts),
    frameNow: (frame) => frame - dropped.filter((one) => one <= frame).length,
  };
};

const records = (capture: Uint8Array, view: DataView): readonly Uint8Array[] => {
  const found: Uint8Array[] = [];
  for (let at = FILE_HEADER; at < capture.length;) {
    const end = at + RECORD_HEADER + view.getUint32(at + CAPTURED_LENGTH, true);
    found.push(capture.subarray(at, end));
    at = end;
  }
  return found;
};

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Collects the frames of handshakes that came to an end: SYN, SYN,ACK and the first ACK after it. */
class Openings implements PacketVisitor {
  readonly frames = new Set<number>();
  private readonly opening = new Map<string, number[]>();
  /** Reset before they stood: cut out, the second attempt would leave a hole behind the first. */
  private readonly refused = new Set<string>();

  segment(packet: Packet): void {
    const { frame, flags, payloadLength } = packet;
    const key = keyOf(packet);
    const syns = this.opening.get(key) ?? [];
    if ((flags & SYN) !== 0) {
      this.opening.set(key, [...syns, frame]);
      return;
    }
    this.opening.delete(key);
    if ((flags & RST) !== 0 && syns.length > 0) this.refused.add(key);
    if (this.refused.has(key)) return;
    if (syns.length < 2 || (flags & (ACK | RST)) !== ACK) return;
    for (const syn of syns) this.frames.add(syn);
    if (payloadLength === 0) this.frames.add(frame);
  }

  icmpError(): void {}
}

const keyOf = (packet: Packet): string => {
  const { source0, source1, source2, source3, target0, target1, target2, target3 } = packet;
  const ends = [
    [source0, source1, source2, source3, packet.sourcePort].join(),
    [target0, target1, target2, target3, packet.targetPort].join(),
  ];
  return ends.toSorted().join(' ');
};
