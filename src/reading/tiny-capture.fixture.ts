/** One TCP segment of a capture made by hand (pcap, raw IPv4, 20 bytes of TCP header, no options). */
export interface TinySegment {
  readonly from: 'client' | 'server';
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window?: number;
  readonly port?: number;
}

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];

/** A pcap file (LINKTYPE_RAW 101, microseconds, little-endian): the segments, a millisecond apart. */
export const tinyCapture = (segments: readonly TinySegment[]): Buffer => {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(101, 20);
  return Buffer.concat([header, ...segments.map(record)]);
};

const record = (segment: TinySegment, index: number): Buffer => {
  const bytes = Buffer.alloc(16 + 40);
  bytes.writeUInt32LE(1_767_323_045 + Math.floor(index / 1000), 0);
  bytes.writeUInt32LE((index % 1000) * 1000, 4);
  bytes.writeUInt32LE(40, 8);
  bytes.writeUInt32LE(40, 12);
  const fromClient = segment.from === 'client';
  const clientPort = segment.port ?? 40_000;
  bytes.writeUInt8(0x45, 16);
  bytes.writeUInt16BE(40, 18);
  bytes.writeUInt8(64, 24);
  bytes.writeUInt8(6, 25);
  bytes.set(fromClient ? CLIENT : SERVER, 28);
  bytes.set(fromClient ? SERVER : CLIENT, 32);
  bytes.writeUInt16BE(fromClient ? clientPort : 80, 36);
  bytes.writeUInt16BE(fromClient ? 80 : clientPort, 38);
  bytes.writeUInt32BE(segment.seq, 40);
  bytes.writeUInt32BE(segment.ack, 44);
  bytes.writeUInt8(0x50, 48);
  bytes.writeUInt8(segment.flags, 49);
  bytes.writeUInt16BE(segment.window ?? 0, 50);
  return bytes;
};

/** So many connections refused: SYN, then RST,ACK (RFC 9293 §3.5.2, group 1). */
export const refused = (connections: number): Buffer =>
  tinyCapture(
    Array.from({ length: connections }, (_, index) => index).flatMap((index) => {
      const port = 20_000 + (index % 40_000);
      return [
        { from: 'client', flags: 2, seq: 1000, ack: 0, window: 64_240, port },
        { from: 'server', flags: 20, seq: 0, ack: 1001, port },
      ] as const;
    }),
  );

/**
 * The same, and after them one and the same acknowledgement, many times: more than a pipe and its
 * reader's memory hold, so that who could write it all knows that the refusals were read.
 */
export const refusedAndMore = (connections: number): Buffer => {
  const capture = tinyCapture([{ from: 'client', flags: 16, seq: 9, ack: 9, port: 50_000 }]);
  const acknowledgement = capture.subarray(24);
  return Buffer.concat([refused(connections), Buffer.alloc(8 << 20, acknowledgement)]);
};
