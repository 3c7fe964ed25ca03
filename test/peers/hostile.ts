import * as packets from '../packets.ts';
import type { Connection } from '../../src/tcp/connection.ts';
import { KERNEL, KERNEL_6, OURS, OURS_6 } from './stage.ts';

/** Packets that nobody should send, for a host at `OURS`: the same chance makes the same ones. */

type Chance = () => number;

const below = (chance: Chance, most: number): number => Math.floor(chance() * most);
const pick = <T>(chance: Chance, from: readonly T[]): T => from[below(chance, from.length)]!;
const word = (chance: Chance): number => below(chance, 2 ** 32);
const noise = (chance: Chance, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => below(chance, 256));

const LETTERS = Array.from('FSRPAUEC');
const flags = (chance: Chance): string => LETTERS.filter(() => chance() < 0.3).join('');

/** Broadcast, loopback, multicast, nobody, ourselves, and neighbours who do not exist. */
const SOURCES = [KERNEL, OURS, '255.255.255.255', '127.0.0.1', '224.0.0.1', '0.0.0.0'];
const SOURCES_6 = [KERNEL_6, OURS_6, '::1', 'ff02::1', '::', 'fd96::77'];

const sourceOf = (chance: Chance, isSix: boolean): string => {
  if (isSix) return pick(chance, SOURCES_6);
  return chance() < 0.5 ? pick(chance, SOURCES) : `10.96.0.${20 + below(chance, 200)}`;
};

/** Well-formed by its checksum, and senseless. */
const strangeSegment = (chance: Chance, port: number): Uint8Array => {
  const isSix = chance() < 0.3;
  const fields: packets.TcpFields = {
    source: sourceOf(chance, isSix),
    target: isSix ? OURS_6 : OURS,
    sourcePort: below(chance, 1 << 16),
    targetPort: chance() < 0.8 ? port : below(chance, 1 << 16),
    seq: word(chance),
    ack: word(chance),
    flags: chance() < 0.3 ? 'S' : flags(chance),
    window: below(chance, 1 << 16),
    options: chance() < 0.5 ? [...noise(chance, below(chance, 41))] : [],
    payload: noise(chance, below(chance, 100)),
    ...(chance() < 0.1 && { dataOffset: below(chance, 16) }),
  };
  return packets.segment(fields);
};

/** In pieces, or with headers before the segment, or of lengths that are not so. */
const strangeDatagram = (chance: Chance, port: number): Uint8Array => {
  const ends = { source: KERNEL, target: OURS };
  const segment = packets.tcp({ ...ends, targetPort: port, flags: flags(chance) });
  if (chance() < 0.5) {
    const more = chance() < 0.5;
    const fragmentOffset = 8 * below(chance, 100);
    return packets.ipv4(segment, { ...ends, moreFragments: more, fragmentOffset });
  }
  if (chance() < 0.5) return packets.ipv4(segment, { ...ends, length: below(chance, 1 << 16) });
  const header = Uint8Array.of(6, below(chance, 256), ...noise(chance, 6));
  const six = { source: KERNEL_6, target: OURS_6, protocol: pick(chance, [0, 43, 44, 51, 60]) };
  return packets.ipv6(packets.bytes(header, segment), six);
};

/** Cut short, or with some bits turned. */
const damaged = (chance: Chance, packet: Uint8Array): Uint8Array => {
  if (chance() < 0.4) return packet.slice(0, below(chance, packet.length + 1));
  const bent = packet.slice();
  for (let bits = 1 + below(chance, 4); bits > 0; bits -= 1) {
    bent[below(chance, bent.length)]! ^= 1 << below(chance, 8);
  }
  return bent;
};

/** From somebody who knows nothing of any connection. */
export const fromStranger = (chance: Chance, port: number): Uint8Array => {
  const drawn = chance();
  if (drawn < 0.1) return noise(chance, below(chance, 200));
  const packet = drawn < 0.3 ? strangeDatagram(chance, port) : strangeSegment(chance, port);
  return chance() < 0.3 ? damaged(chance, packet) : packet;
};

const FAR = 2 ** 30;

/**
 * From somebody who knows all of a connection of the kernel's over IPv4, but for the one number that would
 * end it (RFC 5961) and for the acknowledgements that would let its bytes in.
 */
export const fromInsider = (chance: Chance, c: Connection): Uint8Array => {
  const ends = { source: KERNEL, target: OURS };
  const ports = { sourcePort: c.path.remote.port, targetPort: c.path.local.port };
  // Odd, since the client's segments end at even numbers only: what comes before it never makes it the one.
  const inWindow = c.rcvNxt + (Math.floor(c.rcvWnd * (0.5 + chance() / 2.5)) | 1);
  const forged = (fields: packets.TcpFields): Uint8Array =>
    packets.segment({ ...ends, ...ports, seq: c.rcvNxt, ack: c.sndNxt, ...fields });
  const payload = noise(chance, 100);
  switch (below(chance, 7)) {
    case 0:
      return forged({ flags: 'R', seq: inWindow });
    case 1:
      return forged({ flags: 'RA', seq: inWindow });
    case 2:
      return forged({ flags: 'S', seq: word(chance) });
    case 3:
      return forged({ flags: 'PA', seq: c.rcvNxt + FAR, payload });
    case 4:
      return forged({ flags: 'PA', ack: c.sndNxt + FAR, payload });
    case 5:
      return forged({ flags: 'FA', ack: c.sndUna - FAR });
    default: {
      const quoted = { source: OURS, target: KERNEL, seq: c.sndUna - FAR };
      const swapped = { sourcePort: ports.targetPort, targetPort: ports.sourcePort };
      const lie = packets.segment({ ...quoted, ...swapped }).subarray(0, 28);
      return packets.ipv4(packets.icmp(3, pick(chance, [0, 1, 2, 3, 4, 13]), lie), {
        ...ends,
        protocol: 1,
      });
    }
  }
};

/** The one RST that a connection must heed. */
export const exactReset = ({ path, rcvNxt }: Connection): Uint8Array =>
  packets.segment({
    source: KERNEL,
    target: OURS,
    sourcePort: path.remote.port,
    targetPort: path.local.port,
    seq: rcvNxt,
    flags: 'R',
  });
