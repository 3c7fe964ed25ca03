import type { Verdict } from '../../forensics/verdict.ts';

/** How often each group was met over time. */
export interface TimelineData {
  /** Of the first bar, since the first verdict. */
  readonly from: number;
  /** Of each bar. */
  readonly seconds: number;
  /** By bar, how often each group was met. */
  readonly bars: readonly (readonly number[])[];
}

/** Stretches of time that somebody can read off a clock, in seconds. */
const STRETCHES = [
  1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120,
  300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800,
];
const MOST_BARS = 80;
/** Fewer are told better by the findings. */
const WORTH_DRAWING = 4;

/** Undefined where they are few, or all came at once. Times as `atSeconds` of a page's verdicts. */
export const timelineOf = (
  groups: readonly { readonly verdicts: readonly Verdict[] }[],
  at: (verdict: Verdict) => number,
): TimelineData | undefined => {
  const times = groups.map(({ verdicts }) => verdicts.map(at));
  let [first, last, count] = [Infinity, -Infinity, 0];
  for (const time of times.flat()) {
    first = Math.min(first, time);
    last = Math.max(last, time);
    count++;
  }
  const span = last - first;
  if (count < WORTH_DRAWING || !(span > 0)) return undefined;
  const seconds = STRETCHES.find((size) => span / size < MOST_BARS) ?? span / (MOST_BARS - 1);
  const bars = Array.from({ length: Math.floor(span / seconds) + 1 }, () =>
    Array.from({ length: groups.length }, () => 0),
  );
  times.forEach((own, group) => {
    for (const time of own) {
      const bar = bars[Math.floor((time - first) / seconds)];
      if (bar !== undefined) bar[group] = (bar[group] ?? 0) + 1;
    }
  });
  return bars.length < 2 ? undefined : { from: first, seconds, bars };
};
