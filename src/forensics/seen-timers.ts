import type { Gap, ServerGaps } from './idle-gaps.ts';

/** A number of idle connections that ended after the same time. */
export interface SeenTimer {
  /** The shortest of them: timers run out late, never early. */
  readonly ms: number;
  readonly count: number;
  /** Of how many that this end closed. */
  readonly of: number;
  readonly frame: number;
}

/** The timers of one server and of its clients, as a capture shows them. */
export interface SeenTimers {
  readonly server: string;
  readonly serverCloses: SeenTimer | undefined;
  readonly clientCloses: SeenTimer | undefined;
  /** The longest idleness after which a client spoke again. */
  readonly longestReuse: Gap | undefined;
  readonly reuses: number;
  /** How often a client spoke on a connection that the server had closed, and first where. */
  readonly tooLate: number;
  readonly firstTooLate: Gap | undefined;
  /** The shortest idleness that somebody between the two, or the server, had forgotten by then. */
  readonly forgotten: Gap | undefined;
  readonly forgottenCount: number;
  /**
   * `race`: a client spoke too late, or may, since it keeps connections longer than the server does;
   * `fine`: clients let go first; `unknown`: this capture does not show it.
   */
  readonly outcome: 'race' | 'fine' | 'unknown';
}

/** Timers that run out together: this part apart, and this much. */
const SPREAD_PART = 1.02;
const SPREAD_MS = 300;
const MARGIN_MS = 1000;

export const seenTimers = (gaps: ServerGaps): SeenTimers => {
  const serverCloses = commonest(gaps.serverClosed);
  const clientCloses = commonest(gaps.clientClosed);
  const longestReuse = extreme([...gaps.reused, ...gaps.tooLate], (a, b) => a.ms > b.ms);
  return {
    server: gaps.server,
    serverCloses,
    clientCloses,
    longestReuse,
    reuses: gaps.reused.length + gaps.tooLate.length,
    tooLate: gaps.tooLate.length,
    firstTooLate: extreme(gaps.tooLate, (a, b) => a.frame < b.frame),
    forgotten: extreme(gaps.forgotten, (a, b) => a.ms < b.ms),
    forgottenCount: gaps.forgotten.length,
    outcome: outcomeOf(gaps, serverCloses, clientCloses, longestReuse),
  };
};

const outcomeOf = (
  { tooLate }: ServerGaps,
  server: SeenTimer | undefined,
  client: SeenTimer | undefined,
  longestReuse: Gap | undefined,
): SeenTimers['outcome'] => {
  if (tooLate.length > 0) return 'race';
  if (server === undefined) return client === undefined ? 'unknown' : 'fine';
  const kept = client?.ms ?? longestReuse?.ms;
  if (kept !== undefined && kept + MARGIN_MS >= server.ms) return 'race';
  return client === undefined ? 'unknown' : 'fine';
};

/** The largest group of gaps that are alike. */
const commonest = (gaps: readonly Gap[]): SeenTimer | undefined => {
  const groups: Gap[][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const gap of gaps.toSorted((a, b) => a.ms - b.ms)) {
    if (gap.ms > before * SPREAD_PART + SPREAD_MS || groups.length === 0) groups.push([]);
    groups.at(-1)?.push(gap);
    before = gap.ms;
  }
  const largest = groups.toSorted((a, b) => b.length - a.length)[0];
  const [first] = largest ?? [];
  if (largest === undefined || first === undefined) return undefined;
  return { ms: first.ms, count: largest.length, of: gaps.length, frame: first.frame };
};

const extreme = (gaps: readonly Gap[], isBetter: (a: Gap, b: Gap) => boolean): Gap | undefined => {
  let best: Gap | undefined;
  for (const gap of gaps) if (best === undefined || isBetter(gap, best)) best = gap;
  return best;
};
