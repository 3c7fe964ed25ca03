import type { Language } from '../causes/text.ts';
import type { Verdict } from '../forensics/verdict.ts';
import { rfc3339 } from '../report/numbers.ts';
import { jsonRows } from './json-column.ts';

/** A column of a table: its name, its type in Parquet, and one value a row. */
export interface Column {
  readonly name: string;
  readonly type: 'STRING' | 'INT64' | 'BOOLEAN';
  /** Text may be given in UTF-8. */
  readonly data: readonly (string | Uint8Array | bigint | boolean | null)[];
  /** Another in nearly every row: no dictionary is tried. */
  readonly isDistinct?: true;
  /** Long, and nobody looks for it by its bounds. */
  readonly isProse?: true;
}

/** Where a verdict's frame lies: in which capture, and its number there. */
export type Whereabouts = (frame: number) => { readonly capture: string; readonly frame: number };

type Cell = string | number | boolean | undefined;

/** What the table `verdicts` tells of each, in columns; `json` is the row of `explain --json`. */
export const verdictColumns = (
  verdicts: readonly Verdict[],
  language: Language,
  whereabouts: Whereabouts,
): Column[] => {
  const text = (name: string, of: (verdict: Verdict) => Cell): Column =>
    column(name, 'STRING', verdicts, of);
  const distinct = (name: string, of: (verdict: Verdict) => Cell): Column => ({
    ...text(name, of),
    isDistinct: true,
  });
  const whole = (name: string, of: (verdict: Verdict) => Cell): Column =>
    column(name, 'INT64', verdicts, of);
  return [
    text('type', (v) => v.type),
    whole('frame', (v) => v.frame),
    distinct('time', (v) => rfc3339(v.seconds, v.nanos)),
    text('capture', (v) => whereabouts(v.frame).capture),
    whole('capture_frame', (v) => whereabouts(v.frame).frame),
    whole('connection', (v) => v.connection.id),
    distinct('community_id', (v) => v.connection.communityId),
    text('client', (v) => v.connection.client),
    text('server', (v) => v.connection.server),
    text('sender', (v) => v.sender),
    text('receiver', (v) => v.receiver),
    text('shape', (v) => v.shape),
    text('failure', (v) => v.failure),
    text('cause', (v) => v.cause),
    text('confidence', (v) => v.confidence),
    text('alternatives', (v) => v.alternatives.map(({ cause }) => cause).join(',')),
    text('origin', (v) => v.origin),
    text('effect', (v) => v.effect),
    text('sender_read', (v) => v.apps.sender.read),
    text('sender_write', (v) => v.apps.sender.write),
    text('receiver_read', (v) => v.apps.receiver.read),
    text('receiver_write', (v) => v.apps.receiver.write),
    whole('bytes_lost_min', (v) => v.bytesLost.min),
    whole('bytes_lost_max', (v) => v.bytesLost.max),
    column('benign', 'BOOLEAN', verdicts, (v) => v.benign),
    text('settle', (v) => v.settle?.[language]),
    {
      name: 'json',
      type: 'STRING',
      data: jsonRows(verdicts, language),
      isDistinct: true,
      isProse: true,
    },
  ];
};

/** One capture of those that the tables are made from, and what was wrong with it, if anything. */
export interface CaptureRow {
  readonly capture: string;
  /** Undefined for one that could not be read. */
  readonly hash: string | undefined;
  readonly bytes: number;
  readonly packets: number;
  readonly framesBefore: number;
  readonly problems: readonly ProblemCell[];
}

interface ProblemCell {
  readonly code: string;
  readonly frame: number;
  readonly offset: number;
  readonly message: string;
  readonly fatal: boolean;
}

export const captureColumns = (captures: readonly CaptureRow[]): Column[] => [
  column('capture', 'STRING', captures, (c) => c.capture),
  column('sha256', 'STRING', captures, (c) => c.hash),
  column('bytes', 'INT64', captures, (c) => c.bytes),
  column('packets', 'INT64', captures, (c) => c.packets),
  column('frames_before', 'INT64', captures, (c) => c.framesBefore),
  column('problems', 'INT64', captures, (c) => c.problems.length),
];

export const problemColumns = (captures: readonly CaptureRow[]): Column[] => {
  const all = captures.flatMap(({ capture, problems }) =>
    problems.map((problem) => ({ capture, ...problem })),
  );
  return [
    column('capture', 'STRING', all, (p) => p.capture),
    column('code', 'STRING', all, (p) => p.code),
    column('frame', 'INT64', all, (p) => p.frame),
    column('byte_offset', 'INT64', all, (p) => p.offset),
    column('message', 'STRING', all, (p) => p.message),
    column('fatal', 'BOOLEAN', all, (p) => p.fatal),
  ];
};

const column = <Row>(
  name: string,
  type: Column['type'],
  rows: readonly Row[],
  of: (row: Row) => Cell,
): Column => ({ name, type, data: rows.map((row) => cellOf(of(row))) });

const cellOf = (value: Cell): string | bigint | boolean | null => {
  if (value === undefined) return null;
  return typeof value === 'number' ? BigInt(value) : value;
};
