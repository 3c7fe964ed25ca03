import type { Ladder, LadderRow, Verdict } from '../forensics/verdict.ts';
import { tellVerdict } from './group-text.ts';
import { nameInCounts } from './model.ts';
import type { Paint } from './paint.ts';
import { Sheet } from './sheet.ts';
import type { TextOptions } from './text.ts';
import { padEnd, padStart, printable, widthOf, wrap } from './width.ts';

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [1, 'FIN'],
  [2, 'SYN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
  [32, 'URG'],
  [64, 'ECE'],
  [128, 'CWR'],
];
const RST = 4;
const ACK = 16;

/** Below this width the lifelines give way to an arrow at the beginning of the line. */
const LIFELINES = 72;

/** One connection as a ladder between two lifelines, then every verdict on it in full. */
export const tellLadder = (sheet: Sheet, ladder: Ladder, options: TextOptions): void => {
  const { connection, verdicts } = ladder;
  const { words } = options;
  const name = words.connection(connection.id, connection.client, connection.server);
  sheet.line();
  sheet.paragraph(words.ladder.title(name, connection.communityId));
  sheet.line();
  if (sheet.width < LIFELINES) tellNarrow(sheet, ladder, options);
  else tellWide(sheet, ladder, options);
  for (const verdict of verdicts) {
    sheet.line();
    tellVerdict(sheet, verdict, options);
  }
};

/** The ladder alone, unpainted, for a block of code in a ticket. */
export const ladderBlock = (ladder: Ladder, options: TextOptions): string => {
  const sheet = new Sheet(Math.max(options.width, LIFELINES), (_tone, line) => line);
  tellWide(sheet, ladder, options);
  return sheet.toString();
};

/** `SYN, ACK`, in the order and spelling that Wireshark has. */
export const flagNames = (flags: number): string =>
  FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0)
    .map(([, name]) => name)
    .join(', ');

/** What the words of a segment are made of. */
export type SegmentWords = Pick<
  LadderRow,
  'icmp' | 'flags' | 'seq' | 'rawSeq' | 'ack' | 'rawAck' | 'window' | 'length'
>;

/** `[PSH, ACK] Seq=1 Ack=1 Win=64256 Len=77`, numbers relative or not, as Wireshark shows them. */
export const segmentText = (row: SegmentWords, absolute = false): string => {
  if (row.icmp !== undefined) return `ICMP ${row.icmp}`;
  const parts = [`[${flagNames(row.flags)}]`, `Seq=${absolute ? row.rawSeq : row.seq}`];
  if ((row.flags & ACK) !== 0) parts.push(`Ack=${absolute ? row.rawAck : row.ack}`);
  parts.push(`Win=${row.window}`);
  if (row.length > 0) parts.push(`Len=${row.length}`);
  return parts.join(' ');
};

const verdictsByFrame = (verdicts: readonly Verdict[]): ReadonlyMap<number, Verdict> =>
  new Map(verdicts.map((verdict) => [verdict.frame, verdict]));

interface Columns {
  readonly frame: number;
  readonly time: number;
  /** Between the lifelines. */
  readonly lane: number;
}

const columnsFor = (sheet: Sheet, rows: readonly LadderRow[], options: TextOptions): Columns => {
  const { ladder } = options.words;
  const widest = (texts: readonly string[]) => Math.max(...texts.map(widthOf));
  const frame = widest([ladder.frame, ...rows.map((row) => String(row.frame))]);
  const time = widest([ladder.time, ...rows.map(timeText)]);
  return { frame, time, lane: sheet.width - frame - time - 2 * 2 - 2 };
};

const timeText = (row: LadderRow): string => row.atSeconds.toFixed(6);

const isRow = (row: Ladder['rows'][number]): row is LadderRow => 'frame' in row;

const tellWide = (sheet: Sheet, ladder: Ladder, options: TextOptions): void => {
  const columns = columnsFor(sheet, ladder.rows.filter(isRow), options);
  const marks = verdictsByFrame(ladder.verdicts);
  const margin = ' '.repeat(columns.frame + columns.time + 4);
  sheet.line(header(ladder, columns, options));
  for (const row of ladder.rows) {
    if (isRow(row)) {
      for (const line of wideRow(row, columns, sheet.paint)) sheet.line(line);
      const verdict = marks.get(row.frame);
      if (verdict !== undefined) tellMark(sheet, verdict, margin, columns.lane, options);
    } else {
      const text = ` ${options.words.ladder.omitted(row.omitted)} `;
      sheet.line(`${margin}┊${sheet.paint('faint', centred(text, columns.lane, ' '))}┊`);
    }
  }
};

/** The two ends over their lifelines. */
const header = (ladder: Ladder, columns: Columns, { words }: TextOptions): string => {
  const { client, server } = ladder.connection;
  const place = [
    padStart(words.ladder.frame, columns.frame),
    padStart(words.ladder.time, columns.time),
  ].join('  ');
  const room = columns.lane + 2 - widthOf(client) - widthOf(server);
  if (room >= 2) return `${place}  ${client}${' '.repeat(room)}${server}`;
  return `${place}  ${nameInCounts(client, 'client')} → ${nameInCounts(server, 'server')}`;
};

const wideRow = (row: LadderRow, columns: Columns, paint: Paint): string[] => {
  const reset = (row.flags & RST) !== 0;
  const place = `${padStart(String(row.frame), columns.frame)}  ${padStart(timeText(row), columns.time)}`;
  const blank = ' '.repeat(widthOf(place));
  const full = row.remark === undefined ? [segmentText(row)] : [segmentText(row), row.remark];
  const together = ` ${full.join('  ')} `;
  const [label, ...below] =
    widthOf(together) <= columns.lane - 4
      ? [together]
      : [` ${full[0]} `, ...wrap(printable(full[1] ?? ''), columns.lane - 4)];
  const arrow = arrowThrough(label ?? '', row.fromClient, reset, columns.lane);
  const lines = [`${place}  │${reset ? paint('harm', arrow) : arrow}│`];
  for (const remark of below.filter((line) => line !== '')) {
    lines.push(`${blank}  │${paint('faint', centred(remark, columns.lane, ' '))}│`);
  }
  return lines;
};

const arrowThrough = (label: string, rightward: boolean, heavy: boolean, lane: number): string => {
  const stroke = heavy ? '━' : '─';
  const body = centred(printable(label), lane - 1, stroke);
  return rightward ? `${body}▶` : `◀${body}`;
};

const centred = (text: string, columns: number, fill: string): string => {
  const spare = Math.max(0, columns - widthOf(text));
  const left = Math.floor(spare / 2);
  return fill.repeat(left) + text + fill.repeat(spare - left);
};

const tellMark = (
  sheet: Sheet,
  verdict: Verdict,
  margin: string,
  lane: number,
  options: TextOptions,
): void => {
  for (const line of wrap(markText(verdict, options), lane - 4)) {
    const text = padEnd(`  ${line}`, lane);
    sheet.line(`${margin}│${sheet.paint(verdict.benign ? 'calm' : verdict.confidence, text)}│`);
  }
};

const markText = (verdict: Verdict, { words, facts }: TextOptions): string =>
  `▲ ${words.ladder.brokeHere(
    facts[verdict.cause].facts.title[words.language],
    words.confidence[verdict.confidence],
  )}`;

/** Without lifelines: an arrow, the time, and what was sent, broken wherever the width asks. */
const tellNarrow = (sheet: Sheet, ladder: Ladder, options: TextOptions): void => {
  const marks = verdictsByFrame(ladder.verdicts);
  const { client, server } = ladder.connection;
  sheet.paragraph(`→ ${options.words.role.client} ${client}`);
  sheet.paragraph(`← ${options.words.role.server} ${server}`);
  sheet.line();
  for (const row of ladder.rows) {
    if (!isRow(row)) {
      sheet.paragraph(`… ${options.words.ladder.omitted(row.omitted)}`, 'faint');
      continue;
    }
    const arrow = row.fromClient ? '→' : '←';
    const tone = (row.flags & RST) === 0 ? undefined : 'harm';
    sheet.paragraph(`${arrow} ${row.frame}  ${timeText(row)}`, tone);
    sheet.paragraph(segmentText(row), tone, 2);
    if (row.remark !== undefined) sheet.paragraph(row.remark, 'faint', 2);
    const verdict = marks.get(row.frame);
    if (verdict !== undefined) {
      sheet.paragraph(markText(verdict, options), verdict.confidence, 2);
    }
  }
};
