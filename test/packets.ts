/**
 * Packets and captures made by hand, for tests: every function takes what lies inside and returns
 * the bytes with one more header round them. Checksums and lengths are right unless a test asks
 * for others.
 */

export type Bytes = Uint8Array;

export const bytes = (...parts: readonly (number | readonly number[] | Bytes)[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum: number, part) => sum + sizeOf(part), 0));
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'number') whole[at] = part;
    else whole.set(part, at);
    at += sizeOf(part);
  }
  return whole;
};

const sizeOf = (part: number | readonly number[] | Bytes): number =>
  typeof part === 'number' ? 1 : part.length;

export const be16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
export const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value & 0xffff)];
export const text = (characters: string): Bytes => new TextEncoder().encode(characters);
export const zeros = (count: number): Bytes => new Uint8Array(count);

/** `10.0.0.1`, or IPv6 with at most one `::` and without a dotted end. */
export const address = (written: string): number[] => {
  if (!written.includes(':')) return written.split('.').map(Number);
  const [left = '', right] = written.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const before = groups(left);
  const after = right === undefined ? [] : groups(right);
  const middle = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...middle, ...after].flatMap(be16);
};

const FLAG_LETTERS = 'FSRPAUEC';

/** `SA` for SYN,ACK: the letters of tcpdump and Wireshark. */
const flagBits = (letters: string): number =>
  Array.from(letters).reduce((bits, letter) => bits | (1 << FLAG_LETTERS.indexOf(letter)), 0);

export interface TcpFields {
  readonly source?: string;
  readonly target?: string;
  readonly sourcePort?: number;
  readonly targetPort?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** Letters of FSRPAUEC. */
  readonly flags?: string;
  readonly window?: number;
  /** Padded to a multiple of four with end-of-list. */
  readonly options?: readonly number[];
  readonly payload?: Bytes;
  /** In place of the right one, in units of four bytes. */
  readonly dataOffset?: number;
  readonly ttl?: number;
  readonly ipId?: number;
}

const SOURCE = '10.0.0.1';
const TARGET = '10.0.0.2';

/** The TCP header and payload; addresses are for the checksum only. */
export const tcp = (fields: TcpFields = {}): Bytes => {
  const options = [...(fields.options ?? [])];
  while (options.length % 4 !== 0) options.push(0);
  const offset = fields.dataOffset ?? 5 + options.length / 4;
  const segment = bytes(
    be16(fields.sourcePort ?? 40_000),
    be16(fields.targetPort ?? 80),
    be32(fields.seq ?? 1000),
    be32(fields.ack ?? 2000),
    offset << 4,
    flagBits(fields.flags ?? 'A'),
    be16(fields.window ?? 64_240),
    [0, 0, 0, 0],
    options,
    fields.payload ?? [],
  );
  const from = address(fields.source ?? SOURCE);
  const to = address(fields.target ?? TARGET);
  segment.set(be16(checksum(bytes(from, to, be32(segment.length), be32(6), segment))), 16);
  return segment;
};

/** RFC 1071. */
const checksum = (data: Bytes): number => {
  let sum = 0;
  for (let at = 0; at < data.length; at += 2) sum += (data[at]! << 8) | (data[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

export interface IpFields {
  readonly source?: string;
  readonly target?: string;
  /** Protocol or next header. */
  readonly protocol?: number;
  readonly ttl?: number;
  readonly ipId?: number;
  /** In bytes; a multiple of eight. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  readonly options?: readonly number[];
  /** In place of the right one: total length (IPv4) or payload length (IPv6). */
  readonly length?: number;
}

export const ipv4 = (payload: Bytes, fields: IpFields = {}): Bytes => {
  const options = fields.options ?? [];
  const headerLength = 20 + options.length;
  const fragment = (fields.fragmentOffset ?? 0) / 8 + (fields.moreFragments ? 0x2000 : 0);
  const header = bytes(
    0x40 | (headerLength / 4),
    0,
    be16(fields.length ?? headerLength + payload.length),
    be16(fields.ipId ?? 7),
    be16(fragment),
    fields.ttl ?? 64,
    fields.protocol ?? 6,
    [0, 0],
    address(fields.source ?? SOURCE),
    address(fields.target ?? TARGET),
    options,
  );
  header.set(be16(checksum(header)), 10);
  return bytes(header, payload);
};

export const ipv6 = (payload: Bytes, fields: IpFields = {}): Bytes =>
  bytes(
    [0x60, 0, 0, 0],
    be16(fields.length ?? payload.length),
    fields.protocol ?? 6,
    fields.ttl ?? 64,
    address(fields.source ?? 'fd00::1'),
    address(fields.target ?? 'fd00::2'),
    payload,
  );

/** An IP datagram with a TCP segment, by the family of its addresses. */
export const segment = (fields: TcpFields = {}): Bytes => {
  const ip: IpFields = {
    ...(fields.source === undefined ? {} : { source: fields.source }),
    ...(fields.target === undefined ? {} : { target: fields.target }),
    ...(fields.ttl === undefined ? {} : { ttl: fields.ttl }),
    ...(fields.ipId === undefined ? {} : { ipId: fields.ipId }),
  };
  return (fields.source ?? SOURCE).includes(':') ? ipv6(tcp(fields), ip) : ipv4(tcp(fields), ip);
};

const etherTypeOf = (datagram: Bytes): number => (datagram[0]! >> 4 === 6 ? 0x86dd : 0x0800);

/** Without a type, that of the IP datagram inside. Not padded. */
export const ethernet = (payload: Bytes, type: number = etherTypeOf(payload)): Bytes =>
  bytes([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1], be16(type), payload);

/** A tag as it stands behind an EtherType of 0x8100 or its like. */
export const vlanTag = (payload: Bytes, id: number, type: number = etherTypeOf(payload)): Bytes =>
  bytes(be16(id), be16(type), payload);

export const sll = (payload: Bytes, type = 0, protocol: number = etherTypeOf(payload)): Bytes =>
  bytes(be16(type), be16(1), be16(6), [2, 0, 0, 0, 0, 1, 0, 0], be16(protocol), payload);

export const sll2 = (
  payload: Bytes,
  type = 0,
  interfaceIndex = 2,
  protocol: number = etherTypeOf(payload),
): Bytes =>
  bytes(
    be16(protocol),
    [0, 0],
    be32(interfaceIndex),
    be16(1),
    type,
    6,
    [2, 0, 0, 0, 0, 1, 0, 0],
    payload,
  );

export const loopback = (payload: Bytes, family: number, littleEndian: boolean): Bytes =>
  bytes(littleEndian ? be32(family).toReversed() : be32(family), payload);

export const udp = (payload: Bytes, targetPort: number, sourcePort = 50_000): Bytes =>
  bytes(be16(sourcePort), be16(targetPort), be16(8 + payload.length), [0, 0], payload);

/** From the UDP header inwards. */
export const vxlan = (frame: Bytes, port = 4789): Bytes =>
  udp(bytes([0x08, 0, 0, 0, 0, 0, 1, 0], frame), port);

/** `options`: a multiple of four bytes. */
export const geneve = (payload: Bytes, protocol: number, options: readonly number[] = []): Bytes =>
  udp(bytes(options.length / 4, 0, be16(protocol), [0, 0, 1, 0], options, payload), 6081);

export interface GreFields {
  readonly protocol?: number;
  readonly checksum?: boolean;
  readonly key?: number;
  readonly sequence?: number;
}

export const gre = (payload: Bytes, fields: GreFields = {}): Bytes => {
  const flags =
    (fields.checksum ? 0x8000 : 0) |
    (fields.key === undefined ? 0 : 0x2000) |
    (fields.sequence === undefined ? 0 : 0x1000);
  const packet = bytes(
    be16(flags),
    be16(fields.protocol ?? etherTypeOf(payload)),
    fields.checksum ? [0, 0, 0, 0] : [],
    fields.key === undefined ? [] : be32(fields.key),
    fields.sequence === undefined ? [] : be32(fields.sequence),
    payload,
  );
  if (fields.checksum) packet.set(be16(checksum(packet)), 4);
  return packet;
};

/** An ICMP message (RFC 792) as an error carries it: four bytes of zeros, then the quotation. */
export const icmp = (type: number, code: number, quotation: Bytes): Bytes => {
  const message = bytes(type, code, [0, 0], [0, 0, 0, 0], quotation);
  message.set(be16(checksum(message)), 2);
  return message;
};

/** One packet of a capture. */
export interface Frame {
  readonly data: Bytes;
  readonly seconds?: number;
  /** Nanoseconds within the second. */
  readonly nanos?: number;
  /** Length on the wire; else all of it was captured. */
  readonly original?: number;
}

export interface PcapFields {
  readonly linkType?: number;
  readonly littleEndian?: boolean;
  readonly nanoseconds?: boolean;
  readonly snapLength?: number;
  readonly magic?: number;
}

/** Integers in one byte order. */
const order = (littleEndian: boolean) => ({
  u16: (value: number): number[] => (littleEndian ? be16(value).toReversed() : be16(value)),
  u32: (value: number): number[] => (littleEndian ? be32(value).toReversed() : be32(value)),
});

export const START_SECONDS = 1_700_000_000;

export const pcap = (frames: readonly Frame[], fields: PcapFields = {}): Bytes => {
  const { u16, u32 } = order(fields.littleEndian ?? true);
  const nanoseconds = fields.nanoseconds ?? false;
  return bytes(
    u32(fields.magic ?? (nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4)),
    u16(2),
    u16(4),
    zeros(8),
    u32(fields.snapLength ?? 262_144),
    u32(fields.linkType ?? 1),
    ...frames.map((frame) =>
      bytes(
        u32(frame.seconds ?? START_SECONDS),
        u32(Math.floor((frame.nanos ?? 0) / (nanoseconds ? 1 : 1000))),
        u32(frame.data.length),
        u32(frame.original ?? frame.data.length),
        frame.data,
      ),
    ),
  );
};

/** Blocks of a pcapng section, all in one byte order. */
export const pcapng = (littleEndian = true) => {
  const { u16, u32 } = order(littleEndian);
  const block = (type: number, ...body: readonly (readonly number[] | Bytes)[]): Bytes => {
    const content = bytes(...body);
    const padding = zeros(-content.length & 3);
    const length = 12 + content.length + padding.length;
    return bytes(u32(type), u32(length), content, padding, u32(length));
  };
  const option = (code: number, value: readonly number[]): number[] => [
    ...u16(code),
    ...u16(value.length),
    ...value,
    ...zeros(-value.length & 3),
  ];
  const stamp = (units: bigint): number[] => [
    ...u32(Number(units >> 32n)),
    ...u32(Number(units & 0xffff_ffffn)),
  ];
  const microseconds = (frame: Frame): bigint =>
    BigInt(frame.seconds ?? START_SECONDS) * 1_000_000n + BigInt(frame.nanos ?? 0) / 1000n;
  return {
    block,
    option,
    u16,
    u32,
    section: (): Bytes =>
      block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)),
    interface: (linkType: number, options: readonly number[] = [], snapLength = 0): Bytes =>
      block(1, u16(linkType), u16(0), u32(snapLength), options),
    /** `units` in place of the frame's time, where the interface counts otherwise than in µs. */
    packet: (
      frame: Frame,
      interfaceId = 0,
      units = microseconds(frame),
      options: readonly number[] = [],
    ): Bytes =>
      block(
        6,
        u32(interfaceId),
        stamp(units),
        u32(frame.data.length),
        u32(frame.original ?? frame.data.length),
        frame.data,
        zeros(-frame.data.length & 3),
        options,
      ),
    obsoletePacket: (frame: Frame, interfaceId = 0): Bytes =>
      block(
        2,
        u16(interfaceId),
        u16(0xffff),
        stamp(microseconds(frame)),
        u32(frame.data.length),
        u32(frame.original ?? frame.data.length),
        frame.data,
      ),
    simplePacket: (frame: Frame): Bytes =>
      block(3, u32(frame.original ?? frame.data.length), frame.data),
  };
};
