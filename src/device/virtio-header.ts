import { ipHeaderLength } from '../wire/ip-header.ts';

/*
 * `struct virtio_net_hdr` (linux/virtio_net.h), which stands before each packet and tells what is left
 * to do to it: flags, kind of segmentation, length of headers, size of segments, and where the
 * checksum begins and goes. All in the machine's own byte order.
 */

export const HEADER_LENGTH = 10;

const NEEDS_CHECKSUM = 1;
const CHECKSUM_GOOD = 2;
const CUT_NOT = 0;
const CUT_TCP4 = 1;
const CUT_TCP6 = 4;
const CUT_ECN = 0x80;

const PROTOCOL_TCP = 6;
const TCP_CHECKSUM = 16;
const CWR = 128;

/** It never left the machine, or was checked: `at` is where the header begins in the view. */
export const vouchesForChecksum = (view: DataView, at: number): boolean =>
  (view.getUint8(at) & (NEEDS_CHECKSUM | CHECKSUM_GOOD)) !== 0;

/** Bytes of text of the segments that the packet was put together from, 0 if it came as it is. */
export const segmentSizeIn = (view: DataView, at: number): number => {
  const kind = view.getUint8(at + 1) & ~CUT_ECN;
  return kind === CUT_TCP4 || kind === CUT_TCP6 ? view.getUint16(at + 4, isLittleEndian) : 0;
};

/**
 * Writes the header of the IP packet that follows it: a TCP segment needs its checksum and, with
 * `segmentSize`, to be cut; anything else is ready to go.
 */
export const writeHeader = (view: DataView, at: number, segmentSize: number): void => {
  const packet = at + HEADER_LENGTH;
  const version = view.getUint8(packet) >> 4;
  const isTcp = view.getUint8(packet + (version === 4 ? 9 : 6)) === PROTOCOL_TCP;
  const ipHeader = ipHeaderLength(version === 4 ? 4 : 6);
  const tcp = packet + ipHeader;
  view.setUint8(at, isTcp ? NEEDS_CHECKSUM : 0);
  view.setUint8(at + 1, segmentSize > 0 ? kindOf(version, view.getUint8(tcp + 13)) : CUT_NOT);
  const headers = isTcp ? ipHeader + (view.getUint8(tcp + 12) >> 4) * 4 : 0;
  view.setUint16(at + 2, headers, isLittleEndian);
  view.setUint16(at + 4, segmentSize, isLittleEndian);
  view.setUint16(at + 6, isTcp ? ipHeader : 0, isLittleEndian);
  view.setUint16(at + 8, isTcp ? TCP_CHECKSUM : 0, isLittleEndian);
};

/** CWR belongs on the first of the segments alone (RFC 3168 §6.1.2), which the kernel must be told. */
const kindOf = (version: number, flags: number): number =>
  (version === 4 ? CUT_TCP4 : CUT_TCP6) | ((flags & CWR) === 0 ? 0 : CUT_ECN);

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
