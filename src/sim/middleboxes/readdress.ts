import { viewOf } from '../../wire/byte-view.ts';
import { checksumOf, wordSum } from '../../wire/checksum.ts';
import type { Endpoint, IpAddress } from '../../wire/ip-address.ts';
import type { InFlight, Dissection } from '../in-flight.ts';

/**
 * The packet with another source or target, both checksums corrected by the difference (RFC 1624),
 * so that one that was wrong stays wrong. `look` has read it.
 */
export const readdress = (
  packet: InFlight,
  look: Dissection,
  which: 'source' | 'target',
  to: Endpoint,
): InFlight => {
  const bytes = packet.bytes.slice();
  const view = viewOf(bytes);
  const from = look[which];
  const isV4 = to.address.version === 4;
  const tcp = look.datagram.payloadOffset;
  const address = (isV4 ? 12 : 8) + (which === 'source' ? 0 : isV4 ? 4 : 16);
  writeAddress(view, address, to.address);
  view.setUint16(tcp + (which === 'source' ? 0 : 2), to.port);
  const difference = sumOfAddress(to.address) + complement(sumOfAddress(from.address));
  if (isV4) correct(view, 10, difference);
  correct(view, tcp + 16, difference + to.port + (~from.port & 0xffff));
  return packet.with(bytes);
};

const writeAddress = (view: DataView, at: number, address: IpAddress): void => {
  view.setInt32(at, address.word0);
  if (address.version === 4) return;
  view.setInt32(at + 4, address.word1);
  view.setInt32(at + 8, address.word2);
  view.setInt32(at + 12, address.word3);
};

const sumOfAddress = ({ word0, word1, word2, word3 }: IpAddress): number =>
  wordSum(word0) + wordSum(word1) + wordSum(word2) + wordSum(word3);

/** Of a sum of up to eight words: minus it, in ones' complement. */
const complement = (sum: number): number => 8 * 0xffff - sum;

const correct = (view: DataView, at: number, difference: number): void => {
  view.setUint16(at, checksumOf((~view.getUint16(at) & 0xffff) + difference));
};
