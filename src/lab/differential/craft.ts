import { checksumOf, pseudoHeaderSum, sumOf } from '../../wire/checksum.ts';
import { PROTOCOL_TCP } from '../../wire/datagram.ts';
import type { Endpoint } from '../../wire/ip-address.ts';
import { ipHeaderLength, writeIpHeader } from '../../wire/ip-header.ts';

/** A TCP header as it is to stand on the wire, and what belongs to it. */
export interface Header {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  /** Padded here with end-of-list to whole words; 40 bytes at most. */
  readonly options: readonly number[];
  readonly text: Uint8Array;
  /** The IP header's ECN field. */
  readonly ecn: number;
  readonly spoilt: boolean;
}

const TCP_HEADER = 20;
const IP = { ttl: 64, id: 0, dontFragment: true } as const;

/** The IP packet, byte for byte as asked for: no encoder of the engine's has a hand in it. */
export const craft = (header: Header, source: Endpoint, target: Endpoint): Uint8Array => {
  const { options, text } = header;
  const ipLength = ipHeaderLength(source.address.version);
  const tcpHeader = TCP_HEADER + ((options.length + 3) & ~3);
  const tcpLength = tcpHeader + text.length;
  const bytes = new Uint8Array(ipLength + tcpLength);
  const view = new DataView(bytes.buffer);
  view.setUint16(ipLength, source.port);
  view.setUint16(ipLength + 2, target.port);
  view.setInt32(ipLength + 4, header.seq);
  view.setInt32(ipLength + 8, header.ack);
  view.setUint16(ipLength + 12, (tcpHeader << 10) | header.flags);
  view.setUint16(ipLength + 14, header.window);
  view.setUint16(ipLength + 18, header.urgent);
  bytes.set(options, ipLength + TCP_HEADER);
  bytes.set(text, ipLength + tcpHeader);
  const pseudo = pseudoHeaderSum(source.address, target.address, PROTOCOL_TCP, tcpLength);
  const checksum = checksumOf(pseudo + sumOf(bytes, ipLength, tcpLength));
  view.setUint16(ipLength + 16, header.spoilt ? checksum ^ 0x5555 : checksum);
  writeIpHeader(source.address, target.address, PROTOCOL_TCP, IP, header.ecn, tcpLength, view, 0);
  return bytes;
};
