import { Datagram, PROTOCOL_TCP, readDatagram } from '../../wire/datagram.ts';
import { Segment } from '../../wire/segment.ts';
import { readSegment } from '../../wire/segment-in.ts';

/** A segment that left, its numbers as on the wire. */
export interface Observed {
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly urgent: number;
  readonly length: number;
  readonly text: Uint8Array;
  /** All of them in their order, padding too; what each holds as numbers of its own size. */
  readonly options: readonly { readonly kind: number; readonly numbers: readonly number[] }[];
  readonly ecn: number;
}

/** A packet that is none of TCP, or not whole, in words. */
export const observe = (packet: Uint8Array): Observed | string => {
  const datagram = new Datagram();
  const segment = new Segment();
  if (!readDatagram(packet, 0, packet.length, datagram)) return 'a packet that is not whole';
  const { protocol, ttl, dontFragment, payloadOffset: at } = datagram;
  if (protocol !== PROTOCOL_TCP) return `a packet of protocol ${protocol}`;
  if (!readSegment(datagram, segment, true)) return 'a segment with a wrong checksum';
  if (ttl !== 64 || !dontFragment) return `a segment with ttl ${ttl}, may be fragmented`;
  const { payloadOffset, payloadLength } = segment;
  return {
    flags: segment.flags | ((packet[at + 12] & 1) << 8),
    seq: segment.seq,
    ack: segment.ack,
    window: segment.window,
    urgent: segment.urgentPointer,
    length: payloadLength,
    text: packet.subarray(payloadOffset, payloadOffset + payloadLength),
    options: optionsIn(packet.subarray(at + 20, payloadOffset)),
    ecn: datagram.ecn,
  };
};

const optionsIn = (bytes: Uint8Array): Observed['options'] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const options: Observed['options'][number][] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at];
    const length = kind < 2 ? 1 : Math.max(2, bytes[at + 1] ?? 0);
    options.push({ kind, numbers: numbersIn(view, at + 2, Math.min(at + length, bytes.length)) });
    at += length;
  }
  return options;
};

const numbersIn = (view: DataView, from: number, to: number): readonly number[] => {
  const length = Math.max(0, to - from);
  if (length === 1) return [view.getUint8(from)];
  if (length === 2) return [view.getUint16(from)];
  return Array.from({ length: length >> 2 }, (_, at) => view.getInt32(from + at * 4));
};
