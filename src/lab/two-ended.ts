import { AnnotatedCopy } from '../capture/annotated-copy.ts';
import { CaptureReader } from '../capture/reader.ts';
import type { CauseId } from '../causes/ids.ts';
import { Investigation } from '../forensics/investigation.ts';
import type { End } from '../forensics/two-ends/pair.ts';
import { Tape } from '../forensics/two-ends/tape.ts';
import { combined, type TwoEndedVerdict, witnessOf } from '../forensics/two-ends/two-ends.ts';
import type { Witness } from '../forensics/two-ends/witness.ts';
import { concluded, showTo } from '../forensics/whole-capture.ts';
import { Random } from '../sim/prng.ts';
import { type Packet, SYN } from '../wire/packet.ts';
import { ROLES, type Run } from './run.ts';
import { type Finding, findingOf, truthAt } from './truth.ts';

/** What two captures of one path come to. */
interface TwoEnded {
  readonly verdicts: readonly TwoEndedVerdict[];
  readonly witness: Witness;
}

/** Investigates two captures in memory, each with the other at hand. */
const investigateTwoEnds = (captures: Readonly<Record<End, Uint8Array>>): TwoEnded => {
  const tapes = { client: new Tape(), server: new Tape() };
  const counts = {
    client: showTo(tapes.client, captures.client).counts,
    server: showTo(tapes.server, captures.server).counts,
  };
  const witness = witnessOf(tapes, counts);
  const found = (end: End) => {
    const otherEnd = (frame: number, trigger: number | undefined) =>
      witness.onReset(end, frame, trigger);
    return concluded(new Investigation({ otherEnd }), captures[end]).verdicts;
  };
  const verdicts = combined({ client: found('client'), server: found('server') }, witness);
  return { verdicts, witness };
};

/** What the captures of a run are like. */
export type Quality = 'whole' | 'as tcpdump has them' | 'joined late' | 'with losses';
export const QUALITIES: readonly Quality[] = [
  'whole',
  'as tcpdump has them',
  'joined late',
  'with losses',
];

/** A run's resets and failures by both its captures, held against the truth. */
export const markTwoEnds = (run: Run, quality: Quality, seed: number): readonly Finding[] => {
  const seen = {
    client: captureOf(run, 'client', quality, seed),
    server: captureOf(run, 'server', quality, seed),
  };
  const { verdicts } = investigateTwoEnds({
    client: seen.client.capture,
    server: seen.server.capture,
  });
  return verdicts.map(({ end, verdict }) =>
    findingOf(
      verdict.frame,
      seen[end].causes.get(verdict.frame),
      verdict,
      truthAt(run.variant, end),
    ),
  );
};

interface Seen {
  readonly capture: Uint8Array;
  /** By frame of each reset, why it was sent. */
  readonly causes: ReadonlyMap<number, CauseId>;
}

const captureOf = (run: Run, end: End, quality: Quality, seed: number): Seen => {
  const { capture, resets } = run.recordings[end];
  const random = new Random(seed);
  const keeps = {
    whole: () => true,
    'as tcpdump has them': () => true,
    'joined late': ({ flags }: Packet) => (flags & SYN) === 0,
    'with losses': () => end !== LOSING[seed % 2] || random.below(LOST_OF) > 0,
  }[quality];
  const frames = new Map<number, number>();
  const sifted = quality === 'whole' ? capture : sift(capture, keeps, frames);
  const frameNow = (frame: number) => (quality === 'whole' ? frame : (frames.get(frame) ?? -1));
  return {
    capture: sifted,
    causes: new Map(resets.map(({ frame, cause }) => [frameNow(frame), cause])),
  };
};

const LOSING: readonly End[] = ROLES;
/** One packet in so many is lost by the capture that loses. */
const LOST_OF = 20;
const INTERFACE_STATISTICS = 5;

/** Without the block that says that nothing was lost, and until when it listened. */
const withoutStatistics = (capture: Uint8Array): Uint8Array => {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  let at = 0;
  while (at < capture.length && view.getUint32(at, true) !== INTERFACE_STATISTICS) {
    at += view.getUint32(at + 4, true);
  }
  return capture.subarray(0, at);
};

/** Some of a capture's packets, as tcpdump would have written them; `frames`: where each is then. */
const sift = (
  capture: Uint8Array,
  keeps: (packet: Packet) => boolean,
  frames: Map<number, number>,
): Uint8Array => {
  const pieces: Uint8Array[] = [];
  let kept = 0;
  const look = (packet: Packet): void => {
    if (keeps(packet)) kept = packet.frame;
  };
  const copy = new AnnotatedCopy(
    {
      keeps: (frame) => {
        if (frame !== kept) return false;
        frames.set(frame, frames.size + 1);
        return true;
      },
      comments: () => [],
    },
    (piece) => pieces.push(piece.slice()),
  );
  const reader = new CaptureReader({ segment: look, icmpError: look, transcript: copy });
  reader.push(withoutStatistics(capture));
  reader.end();
  copy.end();
  return joinedBytes(pieces);
};

const joinedBytes = (pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};
