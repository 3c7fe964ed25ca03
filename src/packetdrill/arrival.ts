import { checksumOf, pseudoHeaderSum, sumOf } from '../wire/checksum.ts';
import { PROTOCOL_TCP } from '../wire/datagram.ts';
import type { Endpoint } from '../wire/ip-address.ts';
import { ipHeaderLength, writeIpHeader } from '../wire/ip-header.ts';
import type { PacketAction, TcpOption } from './script.ts';

/** The numbers of the packet as the wire is to have them. */
export interface WireNumbers {
  readonly seq: number;
  readonly ack: number;
  readonly options: readonly TcpOption[];
}

/**
 * The IP packet that a line of the script lets come, its options byte for byte as written: hosts
 * under test are also to be shown what no stack would send. The text is all zeros.
 */
export const arrivalOf = (
  packet: PacketAction,
  numbers: WireNumbers,
  source: Endpoint,
  target: Endpoint,
): Uint8Array => {
  const options = optionBytes(numbers.options);
  const ipHeader = ipHeaderLength(source.address.version);
  const tcpLength = 20 + options.length + packet.length;
  const bytes = new Uint8Array(ipHeader + tcpLength);
  const view = new DataView(bytes.buffer);
  writeTcpHeader(view, ipHeader, packet, numbers, source.port, target.port, options.length);
  bytes.set(options, ipHeader + 20);
  const pseudo = pseudoHeaderSum(source.address, target.address, PROTOCOL_TCP, tcpLength);
  view.setUint16(ipHeader + 16, checksumOf(pseudo + sumOf(bytes, ipHeader, tcpLength)));
  const { ecn = 0, ttl = 64, tos } = packet.ip;
  const ip = { ttl, id: 0, dontFragment: true };
  const codePoint = ecn === 'ect01' ? 2 : tos === undefined ? ecn : tos & 3;
  writeIpHeader(source.address, target.address, PROTOCOL_TCP, ip, codePoint, tcpLength, view, 0);
  return bytes;
};

const writeTcpHeader = (
  view: DataView,
  at: number,
  packet: PacketAction,
  { seq, ack }: WireNumbers,
  sourcePort: number,
  targetPort: number,
  optionLength: number,
): void => {
  view.setUint16(at, sourcePort);
  view.setUint16(at + 2, targetPort);
  view.setUint32(at + 4, seq);
  view.setUint32(at + 8, ack);
  view.setUint16(at + 12, ((20 + optionLength) << 10) | (packet.flags & 0x1ff));
  view.setUint16(at + 14, packet.window ?? 0);
  view.setUint16(at + 18, packet.urgent);
};

/** Filled up with end-of-list to whole words. */
const optionBytes = (options: readonly TcpOption[]): Uint8Array => {
  const bytes = options.flatMap(bytesOf);
  while (bytes.length % 4 !== 0) bytes.push(0);
  return Uint8Array.from(bytes);
};

const bytesOf = (option: TcpOption): number[] => {
  switch (option.kind) {
    case 'eol':
      return [0];
    case 'nop':
      return [1];
    case 'mss':
      return [2, 4, option.value >> 8, option.value & 0xff];
    case 'wscale':
      return [3, 3, option.value];
    case 'sackOK':
      return [4, 2];
    case 'sack':
      return [5, 2 + option.blocks.length * 8, ...option.blocks.flat().flatMap(wordBytes)];
    case 'TS':
      return [8, 10, ...wordBytes(option.val), ...wordBytes(option.ecr)];
    case 'foreign':
      throw new Error(`option ${option.name} cannot be written`);
  }
};

const wordBytes = (word: number): number[] => [
  word >>> 24,
  (word >>> 16) & 0xff,
  (word >>> 8) & 0xff,
  word & 0xff,
];
