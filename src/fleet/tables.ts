import type { Language } from '../causes/text.ts';
import type { Verdict } from '../forensics/verdict.ts';
import { JsonRows } from '../report/json.ts';
import { rfc3339 } from '../report/numbers.ts';
import { Utf8Cells } from './utf8-cells.ts';

/** A column of a table: its name, its type in Parquet, and one value a row. */
export interface Column {
  readonly name: string;
  readonly type: 'STRING' | 'INT64' | 'BOOLEAN';
  /** Text may be given in UTF-8. */
  readonly data: readonly (string | Uint8Array | bigint | boolean | null)[];
  /** Another in nearly every row: no dictionary is tried. */
  readonly isDistinct?: true;
  /** Of much text. */
  readonly isLong?: true;
  /** Rows are looked for by the least and the greatest of it. */
  readonly isRange?: true;
}

/** Where a verdict's frame lies: in which capture, and its number there. */
export type Whereabouts = (frame: number) => { readonly capture: string; readonly frame: number };

type Cell = string | number | boolean | undefined;

/** A column before it has rows. */
interface Field<Row> extends Omit<Column, 'data'> {
  readonly of: (row: Row) => Cell;
}

/** A column as it grows. */
class Growing<Row> {
  private readonly field: Field<Row>;
  private readonly cells: Column['data'][number][] = [];
  private readonly text = new Utf8Cells();

  constructor(field: Field<Row>) {
    this.field = field;
  }

  add(row: Row): void {
    const { of, isDistinct } = this.field;
    const cell = of(row);
    if (isDistinct === true && typeof cell === 'string') this.cells.push(this.text.add(cell));
    else this.cells.push(cellOf(cell));
  }

  get column(): Column {
    const { of: _of, ...column } = this.field;
    return { ...column, data: this.cells };
  }
}

/**
 * What the table `verdicts` tells of each, in columns; `json` is the row of `explain --json`. Takes
 * verdicts one by one, so that none need be kept.
 */
export class VerdictTable {
  private readonly growing: readonly Growing<Verdict>[];
  private readonly rows: JsonRows;
  private readonly json: Uint8Array[] = [];
  private readonly jsonText = new Utf8Cells();

  constructor(language: Language, whereabouts: Whereabouts) {
    this.growing = verdictFields(language, whereabouts).map((field) => new Growing(field));
    this.rows = new JsonRows(language);
  }

  add(verdict: Verdict): void {
    const { rows } = this;
    for (const column of this.growing) column.add(verdict);
    const tail = rows.tail(verdict).trimEnd();
    this.json.push(this.jsonText.add(rows.head(verdict), rows.advice(verdict), tail));
  }

  get columns(): Column[] {
    const columns = this.growing.map(({ column }) => column);
    return [
      ...columns,
      { name: 'json', type: 'STRING', data: this.json, isDistinct: true, isLong: true },
    ];
  }
}

const verdictFields = (language: Language, whereabouts: Whereabouts): Field<Verdict>[] => [
  text('type', (v) => v.type),
  whole('frame', (v) => v.frame),
  { ...distinct('time', (v) => rfc3339(v.seconds, v.nanos)), isRange: true },
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
  { name: 'benign', type: 'BOOLEAN', of: (v) => v.benign },
  text('settle', (v) => v.settle?.[language]),
];

const text = (name: string, of: (verdict: Verdict) => Cell): Field<Verdict> => ({
  name,
  type: 'STRING',
  of,
});

const distinct = (name: string, of: (verdict: Verdict) => Cell): Field<Verdict> => ({
  ...text(name, of),
  isDistinct: true,
});

const whole = (name: string, of: (verdict: Verdict) => Cell): Field<Verdict> => ({
  name,
  type: 'INT64',
  isRange: true,
  of,
});

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
