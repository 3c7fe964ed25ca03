import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { CaptureCounts, Problem } from '../src/capture/problem.ts';
import { CaptureReader } from '../src/capture/reader.ts';
import { CATALOGUE } from '../src/causes/catalogue.ts';
import type { CauseFacts } from '../src/causes/cause.ts';
import type { CauseId } from '../src/causes/ids.ts';
import { Intake } from '../src/forensics/intake.ts';
import { Investigation } from '../src/forensics/investigation.ts';
import { Survey } from '../src/forensics/survey.ts';
import type { Verdict } from '../src/forensics/verdict.ts';
import { JsonRows } from '../src/report/json.ts';
import type { Packet, PacketVisitor } from '../src/wire/packet.ts';
import { readJson, ROOT } from './tree.ts';

/** What is known of a recorded capture from outside it (examples/README.md). */
export interface Truth {
  readonly cause: CauseId | null;
  readonly alsoRight: readonly CauseId[];
  readonly sameWire: readonly CauseId[];
  readonly follows: readonly CauseId[];
}

export interface Example {
  readonly name: string;
  /** The capture itself, not compressed. */
  readonly bytes: Uint8Array;
  readonly truth: Truth;
}

const CAPTURE = /\.pcap(?:ng)?(?:\.gz)?$/;

const exampleOf = (file: string): Example => {
  const stored = readFileSync(join(ROOT, 'examples', file));
  const name = file.replace(CAPTURE, '');
  return {
    name,
    // Not a Buffer: its `slice` is a view on memory shared with others.
    bytes: new Uint8Array(file.endsWith('.gz') ? gunzipSync(stored) : stored),
    truth: { alsoRight: [], sameWire: [], follows: [], ...readJson(`examples/${name}.truth.json`) },
  };
};

/** Every recorded capture, in the order of the alphabet. */
export const EXAMPLES: readonly Example[] = readdirSync(join(ROOT, 'examples'))
  .filter((file) => CAPTURE.test(file))
  .toSorted()
  .map(exampleOf);

const generalsOf = (id: CauseId): CauseId[] => {
  const { refines }: CauseFacts = CATALOGUE[id].facts;
  const nearest = typeof refines === 'string' ? [refines] : (refines ?? []);
  return [...nearest, ...nearest.flatMap(generalsOf)];
};

/** Whether a cause is one of those that are right, or a general or special form of one. */
export const isOneOf = (cause: CauseId, right: readonly CauseId[]): boolean =>
  right.some(
    (id) => id === cause || generalsOf(id).includes(cause) || generalsOf(cause).includes(id),
  );

/** What a verdict may say of the first thing that went wrong. */
export const rightFor = ({ cause, alsoRight }: Truth): readonly CauseId[] =>
  cause === null ? [] : [cause, ...alsoRight];

/** What any verdict on the capture, or on a part of it, may say. */
const rightAnywhere = (truth: Truth): readonly CauseId[] => [
  ...rightFor(truth),
  ...truth.follows,
  // Without its resets, a lost race is no more than a server that hung up on a request.
  ...(truth.cause === 'keepalive-race' ? (['closed-before-response'] as const) : []),
];

/**
 * Whether a cause that somebody is certain of is false. A general form of the truth is right; a
 * special form that is not known to be true claims what did not happen.
 */
export const isFalse = (cause: CauseId, truth: Truth): boolean =>
  !rightAnywhere(truth).some((id) => id === cause || generalsOf(id).includes(cause));

/** Which packets of a capture are shown. */
export type Keeps = (packet: Packet) => boolean;

/** Shows a visitor only some of the packets; without a choice, the visitor itself. */
const sieve = (visitor: PacketVisitor, keeps: Keeps | undefined): PacketVisitor =>
  keeps === undefined
    ? visitor
    : {
        segment: (packet) => {
          if (keeps(packet)) visitor.segment(packet);
        },
        icmpError: (packet) => visitor.icmpError(packet),
      };

/** What came of reading a capture. */
export interface Reading {
  readonly verdicts: readonly Verdict[];
  readonly problems: readonly Problem[];
  readonly counts: CaptureCounts;
}

/** A table that small captures do not even begin to fill, and that is quickly made. */
const BUCKET_BITS = 10;

const readBy = (
  bytes: Uint8Array,
  visitor: PacketVisitor,
  between: () => void = () => {},
  piece = bytes.length,
): CaptureReader => {
  const reader = new CaptureReader(visitor);
  for (let at = 0; at < bytes.length; at += piece) {
    reader.push(bytes.subarray(at, at + piece));
    between();
  }
  reader.end();
  return reader;
};

/** Reads a capture twice, as `explain` reads a file: survey, then investigation of what it marked. */
export const readTwice = (bytes: Uint8Array, keeps?: Keeps, bucketBits = BUCKET_BITS): Reading => {
  const survey = new Survey(bucketBits);
  readBy(bytes, sieve(survey, keeps));
  survey.finish();
  const investigation = new Investigation({ survey });
  const { counts, problems } = readBy(bytes, sieve(investigation, keeps));
  return { verdicts: [...investigation.conclude(counts, problems)], problems, counts };
};

/** Reads a capture once, in pieces, as `explain` reads standard input. */
export const readOnce = (bytes: Uint8Array, piece = 4096, keeps?: Keeps): Reading =>
  readThrough(new Intake(), bytes, Math.max(piece, 1), keeps);

/** Reads a capture once and follows every connection from its first segment. */
export const readFollowingAll = (bytes: Uint8Array, keeps?: Keeps): Reading =>
  readThrough(new Investigation(), bytes, bytes.length, keeps);

const readThrough = (
  listener: Intake | Investigation,
  bytes: Uint8Array,
  piece: number,
  keeps: Keeps | undefined,
): Reading => {
  const verdicts: Verdict[] = [];
  const ripe = (): void => void verdicts.push(...listener.ripe());
  const { counts, problems } = readBy(bytes, sieve(listener, keeps), ripe, piece);
  verdicts.push(...listener.conclude(counts, problems));
  return { verdicts, problems, counts };
};

/** The verdicts on a capture, once it is sure that they are the same however it is read. */
export const verdictsOn = (bytes: Uint8Array): readonly Verdict[] => {
  const { verdicts } = readTwice(bytes);
  const rows = rowsOf(verdicts);
  expect(rowsOf(readOnce(bytes).verdicts), 'read once, as against twice').toBe(rows);
  expect(rowsOf(readFollowingAll(bytes).verdicts), 'all followed, as against some').toBe(rows);
  return verdicts;
};

/** What `explain --json` prints of verdicts. */
export const rowsOf = (verdicts: readonly Verdict[]): string => {
  const rows = new JsonRows('en');
  return verdicts.map((verdict) => rows.row(verdict)).join('');
};
