import type { Role } from '../../../causes/scenario.ts';
import type { Moment, Passage } from '../../../lab/moment.ts';
import { ROLES } from '../../../lab/run.ts';
import { passageOf, statesOf, type EndState } from './ends.ts';

/** How wide things are; lengths in pixels. */
export interface Geometry {
  readonly width: number;
  readonly isWide: boolean;
  readonly x: Readonly<Record<Role, number>>;
  readonly fontSize: number;
}

const ROW = 27;
const TOP = 26;
const WIDE = 640;

export const geometryFor = (width: number): Geometry => {
  const isWide = width >= WIDE;
  const [left, right] = isWide ? [172, 112] : [14, 14];
  return {
    width,
    isWide,
    x: { client: left, server: width - right },
    fontSize: isWide ? 12 : width >= 420 ? 10.5 : 9.2,
  };
};

/** A moment that is shown, and where. */
export interface Row {
  readonly index: number;
  readonly moment: Moment;
  readonly y: number;
}

export interface Arrow {
  readonly passage: Passage;
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly isLost: boolean;
  readonly isReset: boolean;
}

export interface Part {
  readonly state: EndState;
  readonly from: number;
  readonly to: number;
}

export interface Sequence {
  readonly rows: readonly Row[];
  readonly arrows: readonly Arrow[];
  readonly lives: Readonly<Record<Role, readonly Part[]>>;
  readonly height: number;
}

/** Both lifelines from top to bottom, a row for each moment, an arrow for each packet. */
export const drawSequence = (
  moments: readonly Moment[],
  only: string | undefined,
  focus: string | undefined,
  geometry: Geometry,
): Sequence => {
  const rows = moments
    .map((moment, index) => ({ moment, index }))
    .filter(({ moment }) => isShown(moment, only))
    .map((row, at) => ({ ...row, y: TOP + at * ROW }));
  const height = TOP + rows.length * ROW;
  const yOf = new Map(rows.map(({ index, y }) => [index, y]));
  const passages = new Set(rows.flatMap(({ moment }) => passageOf(moment) ?? []));
  const arrows = [...passages].map((passage) => arrowOf(passage, yOf, geometry));
  const lives = Object.fromEntries(
    ROLES.map((role) => {
      const states = focus === undefined ? [] : statesOf(moments, role, focus);
      return [role, partsOf(rows, states, height)];
    }),
  ) as Record<Role, Part[]>;
  return { rows, arrows, lives, height };
};

const isShown = (moment: Moment, only: string | undefined): boolean => {
  const connection = passageOf(moment)?.connection;
  return only === undefined || connection === undefined || connection === only;
};

/** A lost one ends halfway; what somebody on the way made begins there. */
const arrowOf = (passage: Passage, yOf: ReadonlyMap<number, number>, { x }: Geometry): Arrow => {
  const { from, toward, sentAt, arrivedAt, segment } = passage;
  const middle = (x.client + x.server) / 2;
  const sentY = sentAt === undefined ? undefined : yOf.get(sentAt);
  const arrivedY = arrivedAt === undefined ? undefined : yOf.get(arrivedAt);
  const begin = sentY ?? (arrivedY ?? TOP) - ROW * 0.6;
  return {
    passage,
    from: [from === undefined ? middle : x[from], begin],
    to: arrivedY === undefined ? [middle, begin + ROW * 0.5] : [x[toward], arrivedY],
    isLost: arrivedAt === undefined,
    isReset: ((segment?.flags ?? 0) & RST) !== 0,
  };
};

const RST = 4;

const partsOf = (rows: readonly Row[], states: readonly EndState[], height: number): Part[] => {
  const parts: Part[] = [];
  for (const { index, y } of rows) {
    const state = states[index] ?? 'CLOSED';
    const last = parts.at(-1);
    if (last?.state === state) continue;
    if (last !== undefined) parts[parts.length - 1] = { ...last, to: y };
    parts.push({ state, from: last === undefined ? TOP - 16 : y, to: height });
  }
  return parts;
};
