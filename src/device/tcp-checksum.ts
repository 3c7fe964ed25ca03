import { Datagram, PROTOCOL_TCP, readDatagram } from '../wire/datagram.ts';
import { Segment } from '../wire/segment.ts';
import { readSegment } from '../wire/segment-in.ts';

const datagram = new Datagram();
const segment = new Segment();

/** False for a TCP segment with a wrong checksum. What is no TCP, or no packet, is for others to judge. */
export const isIntactTcp = (bytes: Uint8Array, offset: number, length: number): boolean => {
  if (!readDatagram(bytes, offset, length, datagram)) return true;
  if (datagram.protocol !== PROTOCOL_TCP || datagram.fragment) return true;
  return readSegment(datagram, segment, true);
};
