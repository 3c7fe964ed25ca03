import { Datagram, PROTOCOL_TCP, readDatagram } from '../wire/datagram.ts';
import { Segment } from '../wire/segment.ts';
import { readSegment } from '../wire/segment-in.ts';
import type { TcpOption } from './script.ts';

/** A segment that left the host under test, its numbers unsigned and as on the wire. */
export interface Departure {
  readonly atMs: number;
  /** As in `PacketAction`. */
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly urgent: number;
  /** Bytes of text. */
  readonly length: number;
  readonly options: readonly TcpOption[];
  readonly tos: number;
  readonly ttl: number;
  readonly sourcePort: number;
  readonly targetPort: number;
  /** What made the host send it. */
  readonly drawnBy: 'packet' | 'call' | 'timer';
}

/** Undefined for a packet without TCP; a packet that is not even whole throws: our host made it. */
export const departureOf = (
  packet: Uint8Array,
  atMs: number,
  drawnBy: Departure['drawnBy'],
): Departure | undefined => {
  const datagram = new Datagram();
  const segment = new Segment();
  if (!readDatagram(packet, 0, packet.length, datagram)) throw new Error('not an IP packet');
  if (datagram.protocol !== PROTOCOL_TCP) return undefined;
  if (!readSegment(datagram, segment, true)) throw new Error('a segment with a wrong checksum');
  const at = datagram.payloadOffset;
  const tos = datagram.version === 4 ? packet[1] : ((packet[0] & 0xf) << 4) | (packet[1] >> 4);
  return {
    atMs,
    flags: segment.flags | ((packet[at + 12] & 1) << 8),
    seq: segment.seq >>> 0,
    ack: segment.ack >>> 0,
    window: segment.window,
    urgent: segment.urgentPointer,
    length: segment.payloadLength,
    options: optionsOf(packet.subarray(at + 20, segment.payloadOffset)),
    tos,
    ttl: datagram.ttl,
    sourcePort: segment.sourcePort,
    targetPort: segment.targetPort,
    drawnBy,
  };
};

/** All options in their order, padding included. */
const optionsOf = (bytes: Uint8Array): TcpOption[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const options: TcpOption[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at];
    const length = kind < 2 ? 1 : bytes[at + 1];
    options.push(optionAt(view, at, kind, length));
    at += Math.max(1, length);
  }
  return options;
};

const optionAt = (view: DataView, at: number, kind: number, length: number): TcpOption => {
  switch (kind) {
    case 0:
      return { kind: 'eol' };
    case 1:
      return { kind: 'nop' };
    case 2:
      return { kind: 'mss', value: view.getUint16(at + 2) };
    case 3:
      return { kind: 'wscale', value: view.getUint8(at + 2) };
    case 4:
      return { kind: 'sackOK' };
    case 5:
      return { kind: 'sack', blocks: blocksOf(view, at + 2, length - 2) };
    case 8:
      return { kind: 'TS', val: view.getUint32(at + 2), ecr: view.getUint32(at + 6) };
    default:
      return { kind: 'foreign', name: `kind ${kind}` };
  }
};

const blocksOf = (view: DataView, from: number, length: number): [number, number][] =>
  Array.from({ length: length >> 3 }, (_, block) => {
    const at = from + block * 8;
    return [view.getUint32(at), view.getUint32(at + 4)];
  });
