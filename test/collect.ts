import { CaptureReader } from '../src/capture/reader.ts';
import { endpointText } from '../src/wire/address.ts';
import type { Packet } from '../src/wire/packet.ts';

/** What a visitor saw of one packet, kept beyond the visit. */
export interface Seen {
  readonly frame: number;
  readonly time: string;
  readonly source: string;
  readonly target: string;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly ttl: number;
  readonly payload: string;
  readonly payloadLength: number;
  readonly interfaceId: number;
  readonly icmpType: number;
}

const seen = (packet: Packet): Seen => {
  const { ipVersion: version, payloadOffset, payloadCaptured } = packet;
  const { source0, source1, source2, source3, sourcePort } = packet;
  const { target0, target1, target2, target3, targetPort } = packet;
  const payload = packet.bytes.subarray(payloadOffset, payloadOffset + payloadCaptured);
  return {
    frame: packet.frame,
    time: `${packet.seconds}.${String(packet.nanos).padStart(9, '0')}`,
    source: endpointText(version, source0, source1, source2, source3, sourcePort),
    target: endpointText(version, target0, target1, target2, target3, targetPort),
    seq: packet.seq >>> 0,
    ack: packet.ack >>> 0,
    flags: packet.flags,
    window: packet.window,
    ttl: packet.ttl,
    payload: [...payload].join(' '),
    payloadLength: packet.payloadLength,
    interfaceId: packet.interfaceId,
    icmpType: packet.icmpType,
  };
};

/** Reads a capture whole, or in pieces of the given sizes (the last of them again and again). */
export const collect = (capture: Uint8Array, pieces: readonly number[] = [capture.length]) => {
  const packets: Seen[] = [];
  const add = (packet: Packet): void => {
    packets.push(seen(packet));
  };
  const reader = new CaptureReader({ segment: add, icmpError: add });
  // One buffer for all pieces, overwritten after each, as a caller may do.
  const buffer = new Uint8Array(Math.max(1, ...pieces));
  for (let at = 0, turn = 0; at < capture.length; turn += 1) {
    const size = Math.max(1, pieces[Math.min(turn, pieces.length - 1)] ?? capture.length);
    const piece = capture.subarray(at, at + size);
    buffer.set(piece);
    reader.push(buffer.subarray(0, piece.length));
    buffer.fill(0xee);
    at += piece.length;
  }
  reader.end();
  return { packets, reader, problems: reader.problems, counts: reader.counts };
};
