import type { LadderRow } from '../../forensics/verdict.ts';
import { widthOf, wrap } from '../width.ts';
import { isSegment, type LadderEntry } from './ladder-data.ts';
import type { LadderItem } from './ladder-plan.ts';
import type { State, States } from './states.ts';

/** From this width on, frames, times and states have columns of their own. */
const WIDE = 720;
/** Of a letter of the monospaced font, in parts of its size. */
const LETTER = 0.602;

/** Where a ladder's parts lie; lengths in pixels. */
export interface LadderGeometry {
  readonly isWide: boolean;
  readonly width: number;
  readonly fontSize: number;
  /** Right ends of the columns of frames and times; a narrow one has no times. */
  readonly frameX: number;
  readonly timeX: number;
  /** The lifelines. */
  readonly clientX: number;
  readonly serverX: number;
  /** Letters that fit between them. */
  readonly letters: number;
  /** The widest that a window's band is drawn. */
  readonly bandWidth: number;
}

/** One line of the ladder, and where it lies. */
export interface DrawnItem {
  readonly item: LadderItem;
  readonly top: number;
  readonly height: number;
  /** Of a segment: its text, a line or more, each in parts that stand apart. */
  readonly lines: readonly (readonly string[])[];
  /** Of a segment: where its arrow runs, and what stands under it. */
  readonly arrowY: number;
  readonly notes: readonly DrawnNote[];
}

/** A line under an arrow, `line` lines further down. */
export interface DrawnNote extends LadderNote {
  readonly line: number;
}

/** What is said of a segment: to all, or of one end and beside it. */
export interface LadderNote {
  readonly of: 'both' | 'client' | 'server';
  readonly text: string;
}

/** What is written on a segment: parts that may stand on lines of their own, and what goes below. */
export interface LadderCaption {
  readonly parts: readonly string[];
  readonly notes: readonly LadderNote[];
}

/** A part of a lifeline in one state. */
export interface LifelinePart {
  readonly from: number;
  readonly to: number;
  readonly state: State;
}

export interface LadderDrawing {
  readonly geometry: LadderGeometry;
  readonly height: number;
  readonly items: readonly DrawnItem[];
  readonly lifelines: { readonly client: LifelinePart[]; readonly server: LifelinePart[] };
  /** The windows as outlines of bands along the lifelines (SVG path data). */
  readonly bands: { readonly client: string; readonly server: string };
}

/** The widest state's name, `SYN-RECEIVED`, in letters, with some room. */
const STATE = 13;

export const ladderGeometry = (
  entries: readonly LadderEntry[],
  width: number,
  scale: number,
): LadderGeometry => {
  const rows = entries.filter(isSegment);
  const last = rows.at(-1);
  const isWide = width >= WIDE;
  const fontSize = (isWide ? 12 : 10) * scale;
  const letter = fontSize * LETTER;
  const frameX = 8 + String(last?.frame ?? 0).length * letter * (isWide ? 1 : SMALL);
  const timeX = isWide ? frameX + 16 + timeText(last?.atSeconds ?? 0).length * letter : frameX;
  const stateRoom = isWide ? 12 + STATE * letter : 20;
  const clientX = timeX + (isWide ? 14 : 0) + stateRoom;
  const serverX = width - stateRoom;
  const letters = Math.max(12, Math.floor((serverX - clientX - 20) / letter));
  const bandWidth = isWide ? 26 : 12;
  return { isWide, width, fontSize, frameX, timeX, clientX, serverX, letters, bandWidth };
};

/** Of frames on a narrow ladder, as a part of the letters' usual size. */
export const SMALL = 0.85;

/** Seconds to the microsecond. */
export const timeText = (seconds: number): string => seconds.toFixed(6);

/** Lays out a ladder from top to bottom. */
export const drawLadder = (
  entries: readonly LadderEntry[],
  items: readonly LadderItem[],
  states: readonly States[],
  geometry: LadderGeometry,
  caption: (row: LadderRow) => LadderCaption,
): LadderDrawing => {
  const line = geometry.fontSize * 1.35;
  let top = 6;
  const drawn = items.map((item): DrawnItem => {
    const { parts, notes } = item.kind === 'segment' ? caption(item.row) : NOTHING;
    const lines = fitted(parts, geometry);
    const below = placed(notes, geometry);
    const under = below.reduce((most, note) => Math.max(most, note.line + 1), 0);
    const height = line * (item.kind === 'segment' ? lines.length + 1 + under * 1.1 : 2);
    const arrowY = top + line * (item.kind === 'segment' ? lines.length + 0.42 : 1);
    const at = { item, top, height, lines, arrowY, notes: below };
    top += height;
    return at;
  });
  const height = top + 10;
  const windows = windowsAlong(entries.filter(isSegment), states);
  return {
    geometry,
    height,
    items: drawn,
    lifelines: {
      client: partsOf(drawn, height, (index) => states[index]?.client),
      server: partsOf(drawn, height, (index) => states[index]?.server),
    },
    bands: {
      client: band(drawn, height, geometry, windows.client, 1),
      server: band(drawn, height, geometry, windows.server, -1),
    },
  };
};

const NOTHING: LadderCaption = { parts: [], notes: [] };

/** Notes below one another; those of the two ends side by side where there is room. */
const placed = (notes: readonly LadderNote[], { letters }: LadderGeometry): DrawnNote[] => {
  const drawn: DrawnNote[] = [];
  let line = 0;
  let room = 0;
  for (const note of notes) {
    const broken = wrap(note.text, letters);
    const width = Math.max(...broken.map(widthOf));
    const beside = note.of === 'server' && broken.length === 1 && width + 3 <= room;
    if (beside) line--;
    for (const text of broken) drawn.push({ of: note.of, text, line: line++ });
    room = note.of === 'client' && broken.length === 1 ? letters - width : 0;
  }
  return drawn;
};

/** On one line where it fits; else broken at spaces, as often as it takes. */
const fitted = (parts: readonly string[], { letters }: LadderGeometry): string[][] => {
  if (parts.length === 0) return [];
  return widthOf(parts.join('  ')) <= letters
    ? [[...parts]]
    : parts.flatMap((part) => broken(part, letters).map((line) => [line]));
};

const broken = (text: string, letters: number): string[] => {
  const lines = [''];
  for (const word of text.split(/(?<!,) /)) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** Index of the last row that an item stands for; undefined: for none. */
const lastRow = ({ item }: DrawnItem): number | undefined => {
  if (item.kind === 'segment') return item.index;
  return item.kind === 'stretch' ? item.to - 1 : undefined;
};

const partsOf = (
  items: readonly DrawnItem[],
  height: number,
  stateAt: (index: number) => State,
): LifelinePart[] => {
  const parts: LifelinePart[] = [];
  let from = 0;
  let state: State;
  for (const one of items) {
    const index = lastRow(one);
    const next = index === undefined ? state : stateAt(index);
    if (next === state) continue;
    parts.push({ from, to: one.arrowY, state });
    from = one.arrowY;
    state = next;
  }
  parts.push({ from, to: height, state });
  return parts;
};

/** By row, both ends' windows as last told, as parts of the largest; none once closed, -1: not told. */
const windowsAlong = (
  rows: readonly LadderRow[],
  states: readonly States[],
): { client: number[]; server: number[] } => {
  const tells = (row: LadderRow) => (row.flags & 4) === 0 && row.icmp === undefined;
  const largest = Math.max(1, ...rows.filter(tells).map((row) => row.window));
  const along = (end: 'client' | 'server'): number[] => {
    let current = -1;
    return rows.map((row, index) => {
      if (row.fromClient === (end === 'client') && tells(row)) current = row.window / largest;
      return states[index]?.[end] === 'CLOSED' ? Math.min(current, 0) : current;
    });
  };
  return { client: along('client'), server: along('server') };
};

/** Steps along a lifeline, as wide as the window is open there. */
const band = (
  items: readonly DrawnItem[],
  height: number,
  geometry: LadderGeometry,
  windows: readonly number[],
  direction: 1 | -1,
): string => {
  const x = round(direction === 1 ? geometry.clientX : geometry.serverX);
  const edge = (part: number) => round(x + direction * Math.sqrt(part) * geometry.bandWidth);
  let path = '';
  let current = -1;
  for (const one of items) {
    const index = lastRow(one);
    const next = index === undefined ? current : (windows[index] ?? -1);
    if (next === current) continue;
    const y = round(one.arrowY);
    path += current < 0 ? `M${x} ${y}H${edge(next)}` : `V${y}H${edge(next)}`;
    current = next;
  }
  return path === '' ? '' : `${path}V${round(height)}H${x}Z`;
};

const round = (length: number): number => Math.round(length * 10) / 10;
