import { viewOf } from '../wire/byte-view.ts';
import type { MacAddress } from './mac-address.ts';

/*
 * RFC 826 for IPv4 over Ethernet: hardware type 1, protocol 0x0800, lengths 6 and 4, operation, then
 * the sender's and the target's MAC and IPv4 addresses.
 */

export const ETHERTYPE_ARP = 0x0806;
/** Bytes of a message. */
export const ARP_LENGTH = 28;
export const ARP_REQUEST = 1;
export const ARP_REPLY = 2;

const ETHERNET = 1;
const IPV4_AND_LENGTHS = 0x0800_0604;

/** What a message said; filled in again for each. */
export class ArpMessage {
  operation = 0;
  readonly senderMac: MacAddress = new Uint8Array(6);
  /** Addresses as signed 32-bit words. */
  sender = 0;
  target = 0;
}

/** False for what is no such message. Padding behind it does not matter. */
export const readArp = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  into: ArpMessage,
): boolean => {
  if (length < ARP_LENGTH) return false;
  const view = viewOf(bytes);
  const at = bytes.byteOffset + offset;
  if (view.getUint16(at) !== ETHERNET || view.getInt32(at + 2) !== IPV4_AND_LENGTHS) return false;
  into.operation = view.getUint16(at + 6);
  into.senderMac.set(bytes.subarray(offset + 8, offset + 14));
  into.sender = view.getInt32(at + 14);
  into.target = view.getInt32(at + 24);
  return into.operation === ARP_REQUEST || into.operation === ARP_REPLY;
};

/** Writes a message at the beginning of `into`. `targetMac`: undefined where it is asked for. */
export const writeArp = (
  operation: number,
  senderMac: MacAddress,
  sender: number,
  targetMac: MacAddress | undefined,
  target: number,
  into: Uint8Array,
): void => {
  const view = viewOf(into);
  const at = into.byteOffset;
  view.setUint16(at, ETHERNET);
  view.setInt32(at + 2, IPV4_AND_LENGTHS);
  view.setUint16(at + 6, operation);
  into.set(senderMac, 8);
  view.setInt32(at + 14, sender);
  into.fill(0, 18, 24);
  if (targetMac !== undefined) into.set(targetMac, 18);
  view.setInt32(at + 24, target);
};
