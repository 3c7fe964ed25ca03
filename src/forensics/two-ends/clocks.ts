/** The same segment, as each capture has it; and whether the client sent it. */
export interface Crossing {
  readonly clientMs: number;
  readonly serverMs: number;
  readonly fromClient: boolean;
}

/** What must be added to the client's clock to have the server's. */
export interface ClockRelation {
  /** Milliseconds, at the beginning of the client's capture. */
  readonly offsetMs: number;
  /** It may be wrong by so much: half of the fastest round trip. */
  readonly plusMinusMs: number;
  /** Milliseconds that the server's clock gains in one of the client's seconds. */
  readonly driftMsPerSecond: number;
  readonly beginMs: number;
  /** Segments that it rests on. */
  readonly crossings: number;
}

/** Below this, a drift cannot be told from chance. */
const DRIFT_OVER_MS = 20_000;
const WINDOWS = 8;

/**
 * The relation of two clocks by segments that both captures have: one that the client sent arrives
 * after it left, so that the difference of the two readings is at least the offset; one that the
 * server sent, at most. Undefined without both kinds.
 */
export const relateClocks = (crossings: readonly Crossing[]): ClockRelation | undefined => {
  const ordered = crossings.toSorted((a, b) => a.clientMs - b.clientMs);
  const [first] = ordered;
  const last = ordered.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const whole = bounds(ordered);
  if (whole === undefined) return undefined;
  const spanMs = last.clientMs - first.clientMs;
  const drift = spanMs < DRIFT_OVER_MS ? 0 : driftOf(ordered, first.clientMs, spanMs);
  const straight = drift === 0 ? ordered : ordered.map((one) => straightened(one, first, drift));
  const { low, high } = bounds(straight) ?? whole;
  return {
    offsetMs: (low + high) / 2,
    plusMinusMs: Math.max(0, high - low) / 2,
    driftMsPerSecond: drift * 1000,
    beginMs: first.clientMs,
    crossings: ordered.length,
  };
};

/** A moment of the client's clock by the server's. */
export const atServer = (relation: ClockRelation, clientMs: number): number =>
  clientMs + relation.offsetMs + ((clientMs - relation.beginMs) * relation.driftMsPerSecond) / 1000;

/** And the other way round. */
export const atClient = (relation: ClockRelation, serverMs: number): number => {
  const drift = relation.driftMsPerSecond / 1000;
  const sinceBegin = (serverMs - relation.offsetMs - relation.beginMs) / (1 + drift);
  return relation.beginMs + sinceBegin;
};

const straightened = (one: Crossing, first: Crossing, drift: number): Crossing => ({
  ...one,
  serverMs: one.serverMs - (one.clientMs - first.clientMs) * drift,
});

/** Between these lies the offset; undefined where segments of one direction are missing. */
const bounds = (
  crossings: readonly Crossing[],
): { readonly low: number; readonly high: number } | undefined => {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const { clientMs, serverMs, fromClient } of crossings) {
    const difference = serverMs - clientMs;
    if (fromClient) high = Math.min(high, difference);
    else low = Math.max(low, difference);
  }
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : undefined;
};

/** The slope of a line through the middles of several windows, by least squares. */
const driftOf = (ordered: readonly Crossing[], beginMs: number, spanMs: number): number => {
  const points: { x: number; y: number }[] = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    const from = beginMs + (spanMs * window) / WINDOWS;
    const to = beginMs + (spanMs * (window + 1)) / WINDOWS;
    const inside = ordered.filter(({ clientMs }) => clientMs >= from && clientMs <= to);
    const middle = bounds(inside);
    if (middle !== undefined) {
      points.push({ x: (from + to) / 2 - beginMs, y: (middle.low + middle.high) / 2 });
    }
  }
  if (points.length < 3) return 0;
  const mean = (pick: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const over = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
};
