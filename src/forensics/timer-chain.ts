import type { Hop, IdleTimer, Passage } from '../causes/idle-timers.ts';

/** One member of a chain, from client to server, with the limits that hold for it. */
export type Link = HopLink | PassageLink;

export interface HopLink {
  readonly id: string;
  readonly product: Hop;
  /** Seconds; `Infinity`: never; undefined: not known. */
  readonly downstream: number | undefined;
  readonly upstream: number | undefined;
}

export interface PassageLink {
  readonly id: string;
  readonly product: Passage;
  readonly idle: number | undefined;
}

/** A limit, and how to set it so that the chain holds. */
export interface Change {
  readonly id: string;
  readonly side: 'downstream' | 'upstream' | 'idle';
  readonly seconds: number;
  /** In the product's own words; undefined: it has no such setting. */
  readonly setting: string | undefined;
}

/**
 * What becomes of an idle connection between two hops. `race`: the right one may close it just as the
 * left one uses it again. `tight`: it holds, but by less than `MARGIN_S`. `forgotten`: a passage
 * between them forgets it while both keep it. `unknown`: a limit is not known.
 */
export interface Joint {
  readonly left: HopLink;
  readonly right: HopLink;
  readonly passage: PassageLink | undefined;
  readonly outcome: 'race' | 'tight' | 'fine' | 'forgotten' | 'unknown';
  /** Any of them mends it, the best first. */
  readonly changes: readonly Change[];
}

/** Timers of whole seconds, a round trip and a busy moment may come together. */
const MARGIN_S = 2;
/** By how much the right one should outlive the left one. */
const AHEAD_S = 5;

export const isHop = (link: Link): link is HopLink => link.product.kind === 'hop';

/** Every two neighbours of a chain, and every passage between two, from client to server. */
export const judgeChain = (chain: readonly Link[]): Joint[] => {
  const joints: Joint[] = [];
  let left: HopLink | undefined;
  let passages: PassageLink[] = [];
  for (const link of chain) {
    if (!isHop(link)) {
      passages.push(link);
      continue;
    }
    if (left !== undefined) {
      joints.push(direct(left, link));
      for (const passage of passages) joints.push(through(left, passage, link));
    }
    left = link;
    passages = [];
  }
  return joints;
};

/** The left one must let go of an idle connection before the right one does. */
const direct = (left: HopLink, right: HopLink): Joint => {
  const keeps = left.upstream;
  const closes = right.downstream;
  const joint = { left, right, passage: undefined };
  if (keeps === undefined || closes === undefined) {
    return { ...joint, outcome: 'unknown', changes: [] };
  }
  // Who never closes cannot be too early.
  if (closes === Number.POSITIVE_INFINITY) return { ...joint, outcome: 'fine', changes: [] };
  if (closes >= keeps + MARGIN_S) return { ...joint, outcome: 'fine', changes: [] };
  const outcome = closes > keeps ? 'tight' : 'race';
  return { ...joint, outcome, changes: aroundDirect(left, keeps, right, closes) };
};

const aroundDirect = (left: HopLink, keeps: number, right: HopLink, closes: number): Change[] => {
  const changes: Change[] = [];
  if (keeps !== Number.POSITIVE_INFINITY) {
    changes.push(change(right, 'downstream', right.product.downstream, keeps + AHEAD_S));
  }
  const sooner = closes > MARGIN_S ? closes - MARGIN_S : 0;
  if (sooner > 0) changes.push(change(left, 'upstream', left.product.upstream, sooner));
  return changes.toSorted(settableFirst);
};

/** A passage must outlive whichever end lets go first. */
const through = (left: HopLink, passage: PassageLink, right: HopLink): Joint => {
  const { idle } = passage;
  const joint = { left, right, passage };
  const kept = Math.min(left.upstream ?? Number.NaN, right.downstream ?? Number.NaN);
  if (idle === undefined || Number.isNaN(kept)) {
    return { ...joint, outcome: 'unknown', changes: [] };
  }
  if (kept + MARGIN_S <= idle) return { ...joint, outcome: 'fine', changes: [] };
  const changes = [change(left, 'upstream', left.product.upstream, Math.max(1, idle - 10))];
  if (kept !== Number.POSITIVE_INFINITY) {
    changes.push(change(passage, 'idle', passage.product.idle, kept + AHEAD_S));
  }
  return { ...joint, outcome: 'forgotten', changes: changes.toSorted(settableFirst) };
};

const change = (
  { id }: Link,
  side: Change['side'],
  timer: IdleTimer | undefined,
  seconds: number,
): Change => ({ id, side, seconds, setting: timer?.set?.(seconds) });

const settableFirst = (a: Change, b: Change): number =>
  Number(a.setting === undefined) - Number(b.setting === undefined);
