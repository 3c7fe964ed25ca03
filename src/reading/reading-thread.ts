import { parentPort, workerData } from 'node:worker_threads';
import { CaptureReader } from '../capture/reader.ts';
import type { CaptureCounts, Problem } from '../capture/problem.ts';
import { CandidateSet } from '../forensics/candidates.ts';
import { ConnectionKey } from '../forensics/key.ts';
import { type PacketVisitor, RST, SYN } from '../wire/packet.ts';
import { readPiece, unreadable } from './read-capture.ts';
import { BeltLoader, FROM_HIGHER_PORT, FROM_UPPER, HAS_PAYLOAD } from './conveyor.ts';

/**
 * The second core's share of reading a large file: reads and decodes it, and puts on the belt what
 * the pass is about. A survey gets of ordinary segments only what it asks of them, and all other
 * frames whole; an investigation the frames of the connections to be followed.
 */

const PIECE = 1 << 20;

/** What a pass is to read; `followed`: the fields of the survey's `CandidateSet`, in pass 2. */
export interface ReadingOrder {
  readonly descriptor: number;
  /** Bytes after which to stop. */
  readonly limit: number;
  readonly followed: CandidateSet | undefined;
}

/** What it came to. */
export interface ReadingReport {
  readonly counts: CaptureCounts;
  readonly problems: readonly Problem[];
  readonly bytes: number;
  readonly problem: Problem | undefined;
}

const belt = new BeltLoader(workerData as SharedArrayBuffer);
const key = new ConnectionKey();
const piece = Buffer.allocUnsafeSlow(PIECE);

const bitsOf = (flags: number, payloadLength: number, fromHigherPort: boolean): number =>
  flags |
  (key.side === 1 ? FROM_UPPER : 0) |
  (payloadLength > 0 ? HAS_PAYLOAD : 0) |
  (fromHigherPort ? FROM_HIGHER_PORT : 0);

const nobody = (): void => {};

const forSurvey: PacketVisitor = {
  glance(source, target, ports, flags, payloadLength) {
    if ((flags & (SYN | RST)) !== 0) return false;
    key.ofWords(source, target, ports);
    const fromHigherPort = ports >>> 16 > (ports & 0xffff);
    belt.ordinary(bitsOf(flags, payloadLength, fromHigherPort), key.bucket, key.tag);
    return true;
  },
  carry(packet, offset, captured, original, linkType) {
    const { flags, icmpType, payloadLength } = packet;
    if (icmpType >= 0 || (flags & (SYN | RST)) !== 0) {
      belt.frame(packet, offset, captured, original, linkType);
      return;
    }
    key.of(packet);
    const fromHigherPort = packet.sourcePort > packet.targetPort;
    belt.ordinary(bitsOf(flags, payloadLength, fromHigherPort), key.bucket, key.tag);
  },
  segment: nobody,
  icmpError: nobody,
};

const forInvestigation = (followed: CandidateSet): PacketVisitor => ({
  glance: (source, target, ports) => !followed.holds(key.ofWords(source, target, ports)),
  carry(packet, offset, captured, original, linkType) {
    if (packet.icmpType < 0 && !followed.holds(key.of(packet))) return;
    belt.frame(packet, offset, captured, original, linkType);
  },
  segment: nobody,
  icmpError: nobody,
});

const readPass = ({ descriptor, limit, followed }: ReadingOrder): ReadingReport => {
  const reader = new CaptureReader(
    followed === undefined ? forSurvey : forInvestigation(CandidateSet.of(followed)),
  );
  let bytes = 0;
  let problem: Problem | undefined;
  while (bytes < limit && !reader.stopped && !belt.stopped) {
    const got = readPiece(descriptor, piece, Math.min(PIECE, limit - bytes), bytes);
    if (typeof got !== 'number') {
      problem = unreadable(got, reader.counts.packets, bytes);
      break;
    }
    if (got === 0) break;
    reader.push(piece.subarray(0, got));
    bytes += got;
    belt.tell(bytes, reader.counts.packets);
  }
  if (problem === undefined && !belt.stopped) reader.end();
  belt.handOver(true);
  return { counts: reader.counts, problems: reader.problems, bytes, problem };
};

parentPort!.on('message', (order: ReadingOrder) => parentPort!.postMessage(readPass(order)));
