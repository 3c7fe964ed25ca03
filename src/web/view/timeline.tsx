import type { ReportData } from '../../report/html/data.ts';
import type { TimelineData } from '../../report/html/timeline.ts';
import { grouped, rfc3339 } from '../../report/numbers.ts';
import { colourOf, FURTHER } from './colour.ts';
import { useWidth } from './use-width.ts';
import { useWords } from './words.ts';

const HIGHEST = 120;
/** For the number over the highest bar. */
const ROOM_ABOVE = 18;
/** A bar of one is not to look like a catastrophe. */
const TALLEST_UNIT = 16;

/** Resets by cause over time; nothing where all happened at once. */
export const Timeline = ({ data, list }: { data: ReportData; list: (group: number) => void }) => {
  const { page } = useWords();
  const [box, width] = useWidth(900);
  const { timeline } = data;
  if (timeline === null) return null;
  const bars = barsOf(timeline);
  const bottom = Math.min(HIGHEST, tallestOf(bars) * TALLEST_UNIT + ROOM_ABOVE);
  const clock = clockOf(data, timeline);
  return (
    <section aria-labelledby="over-time" class="timeline">
      <h2 id="over-time">{page.overTime}</h2>
      <div ref={box}>
        <svg width={width} height={bottom + 22} role="img" aria-label={spoken(bars, clock, page)}>
          {bars.map((bar, index) => (
            <Bar key={index} {...{ data, bar, index, bars, width, bottom, clock }} />
          ))}
          <line class="axis" x1="0" x2={width} y1={bottom + 0.5} y2={bottom + 0.5} />
          <text class="tick" x="0" y={bottom + 16}>
            {clock(timeline.from)}
          </text>
          <text class="tick" x={width} y={bottom + 16} text-anchor="end">
            {clock(timeline.from + bars.length * timeline.seconds)}
          </text>
        </svg>
      </div>
      <Legend data={data} list={list} />
    </section>
  );
};

/** Verdicts of a stretch of time, counted by group. */
interface TimelineBar {
  readonly from: number;
  readonly counts: readonly number[];
  readonly total: number;
}

const barsOf = ({ from, seconds, bars }: TimelineData): TimelineBar[] =>
  bars.map((counts, index) => ({
    from: from + index * seconds,
    counts,
    total: counts.reduce((sum, count) => sum + count, 0),
  }));

/** What the colours mean; a press lists what is meant. */
const Legend = ({ data, list }: { data: ReportData; list: (group: number) => void }) => {
  const { words } = useWords();
  const further = data.groups.slice(FURTHER);
  const named = further.length > 1 ? data.groups.slice(0, FURTHER) : data.groups;
  return (
    <ul class="legend">
      {named.map((group, index) => (
        <li key={index}>
          <button type="button" onClick={() => list(index)}>
            <span class={`swatch ${colourOf(data, index)}`} aria-hidden="true" />
            {data.causes[group.cause]?.title} <b>{grouped(group.count)}</b>
          </button>
        </li>
      ))}
      {further.length > 1 && (
        <li>
          <span class={`swatch c${FURTHER}`} aria-hidden="true" />
          {words.more(further.length)}{' '}
          <b>{grouped(further.reduce((sum, { count }) => sum + count, 0))}</b>
        </li>
      )}
    </ul>
  );
};

interface BarProps {
  readonly data: ReportData;
  readonly bar: TimelineBar;
  readonly index: number;
  readonly bars: readonly TimelineBar[];
  readonly width: number;
  /** Where the bars stand. */
  readonly bottom: number;
  readonly clock: (at: number) => string;
}

const Bar = ({ data, bar, index, bars, width, bottom, clock }: BarProps) => {
  const { page } = useWords();
  if (bar.total === 0) return null;
  const room = width / bars.length;
  const x = index * room;
  const tallest = tallestOf(bars);
  const unit = (bottom - ROOM_ABOVE) / tallest;
  let top = bottom;
  return (
    <g>
      <title>{page.barText(clock(bar.from), bar.total)}</title>
      {byColour(data, bar.counts).map(([colour, count]) => {
        top -= count * unit;
        return (
          <rect
            key={colour}
            class={colour}
            x={x + 0.5}
            y={top}
            width={Math.max(2, Math.min(28, room - 1.5))}
            height={count * unit}
          />
        );
      })}
      {bar.total === tallest && tallest > 1 && (
        <text class="tick" x={x + 0.5} y={top - 4}>
          {bar.total}
        </text>
      )}
    </g>
  );
};

const tallestOf = (bars: readonly TimelineBar[]): number =>
  Math.max(...bars.map(({ total }) => total));

/** What shares a colour is one piece. */
const byColour = (
  data: ReportData,
  counts: readonly number[],
): [colour: string, count: number][] => {
  const pieces = new Map<string, number>();
  counts.forEach((count, group) => {
    const colour = colourOf(data, group);
    if (count > 0) pieces.set(colour, (pieces.get(colour) ?? 0) + count);
  });
  return [...pieces];
};

/** Times of day in UTC, as fine as the bars are. */
const clockOf = (data: ReportData, { seconds: step }: TimelineData): ((at: number) => string) => {
  const first = data.verdicts[0];
  if (first === undefined) return () => '';
  const epochMs = Date.parse(`${first.time.slice(0, 19)}Z`);
  const fraction = Number(`0${/\.\d+/.exec(first.time)?.[0] ?? ''}`);
  const digits = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step)));
  return (at) => {
    const seconds = epochMs / 1000 + Math.floor(fraction + at);
    const nanos = Math.round(((((fraction + at) % 1) + 1) % 1) * 1e6) * 1000;
    const text = rfc3339(seconds, nanos % 1e9);
    return text.slice(11, digits === 0 ? 19 : 20 + digits);
  };
};

const spoken = (
  bars: readonly TimelineBar[],
  clock: (at: number) => string,
  page: ReturnType<typeof useWords>['page'],
): string =>
  bars
    .filter(({ total }) => total > 0)
    .slice(0, 30)
    .map((bar) => page.barText(clock(bar.from), bar.total))
    .join('; ');
