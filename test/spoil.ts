import { pcapng } from './packets.ts';
import type { Keeps } from './captures.ts';

/** Numbers from 0 to 1 that a seed determines: mulberry32. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** The seed of this run: of the environment, to repeat one, or a new one. */
export const seedOfRun = (): number =>
  Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** A capture with every packet cut after `limit` bytes, as `tcpdump -s` would have kept it. */
const cutAt = (capture: Uint8Array, limit: number): Uint8Array =>
  new DataView(capture.buffer, capture.byteOffset).getUint32(0) === 0x0a0d0d0a
    ? cutBlocks(capture, limit)
    : cutRecords(capture, limit);

const RECORD_HEADER = 16;
const FILE_HEADER = 24;

/** Classic pcap as tcpdump writes it here: little-endian. */
const cutRecords = (capture: Uint8Array, limit: number): Uint8Array => {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const parts = [capture.slice(0, FILE_HEADER)];
  let at = FILE_HEADER;
  while (at < capture.length) {
    const captured = view.getUint32(at + 8, true);
    const kept = Math.min(captured, limit);
    const record = capture.slice(at, at + RECORD_HEADER + kept);
    new DataView(record.buffer).setUint32(8, kept, true);
    parts.push(record);
    at += RECORD_HEADER + captured;
  }
  return Buffer.concat(parts);
};

/** The same for enhanced packet blocks; their options are left out. */
const cutBlocks = (capture: Uint8Array, limit: number): Uint8Array => {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const { block, u32 } = pcapng();
  const parts: Uint8Array[] = [];
  for (let at = 0; at < capture.length; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== 6) {
      parts.push(capture.subarray(at, at + view.getUint32(at + 4, true)));
      continue;
    }
    const kept = Math.min(view.getUint32(at + 20, true), limit);
    const [stamp, original] = [capture.subarray(at + 8, at + 20), view.getUint32(at + 24, true)];
    const data = capture.subarray(at + 28, at + 28 + kept);
    parts.push(block(6, stamp, u32(kept), u32(original), data));
  }
  return Buffer.concat(parts);
};

/** One way in which a capture holds less than the whole. */
export interface Spoilt {
  readonly how: string;
  readonly bytes: Uint8Array;
  readonly keeps: Keeps;
}

const BEGINNINGS = Array.from({ length: 12 }, (_, index) => index + 2);
/** Parts of the packets that are lost, as a busy capture loses them. */
const LOSSES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7];
const SNAP_LENGTHS = [96, 68, 54];
const all = (): boolean => true;

/** Begun too late, seen in one direction only, cut short, and with holes (by the seed). */
export const spoiltWays = (bytes: Uint8Array, seed: number): Spoilt[] => [
  ...BEGINNINGS.map((from) => ({
    how: `from frame ${from}`,
    bytes,
    keeps: (packet: { frame: number }) => packet.frame >= from,
  })),
  { how: 'higher port only', bytes, keeps: (packet) => packet.sourcePort > packet.targetPort },
  { how: 'lower port only', bytes, keeps: (packet) => packet.sourcePort < packet.targetPort },
  ...SNAP_LENGTHS.map((limit) => ({
    how: `cut at ${limit}`,
    bytes: cutAt(bytes, limit),
    keeps: all,
  })),
  ...LOSSES.map((part, index) => {
    const lost = lostFrames(part, seed + index);
    const keeps = (packet: { frame: number }): boolean => !lost(packet.frame);
    return { how: `${part * 100} % lost, seed ${seed}`, bytes, keeps };
  }),
];

/** The same answer for a frame whenever it is asked. */
const lostFrames = (part: number, seed: number) => {
  const random = randomFrom(seed);
  const known: boolean[] = [];
  return (frame: number): boolean => {
    while (known.length <= frame) known.push(random() < part);
    return known[frame] === true;
  };
};
