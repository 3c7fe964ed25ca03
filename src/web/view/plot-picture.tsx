import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import {
  ticks,
  type PlotSegment,
  type PlotStep,
  type SequencePlot,
} from '../../report/html/sequence-plot.ts';
import { grouped } from '../../report/numbers.ts';
import { useWords } from './words.ts';

/** Seconds since the connection began. */
export interface PlotRange {
  readonly from: number;
  readonly to: number;
}

interface PlotPictureProps {
  readonly plot: SequencePlot;
  readonly range: PlotRange;
  readonly width: number;
  /** Where a drag began, in pixels. */
  readonly drag: RefObject<number | undefined>;
  readonly setRange: (range: PlotRange | undefined) => void;
  readonly selected: number | undefined;
  readonly select: (frame: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

const HEIGHT = 260;
const LEFT = 66;
const RIGHT = 14;
const BOTTOM = 34;
const TOP = 12;
/** A drag shorter than this is a click. */
const DRAG = 6;

/** The plane itself: time to the right, sequence numbers upwards. */
export const PlotPicture = (props: PlotPictureProps) => {
  const { plot, range, width, drag, setRange, selected, select, onKeyDown } = props;
  const { page } = useWords();
  const [marked, mark] = useState<readonly [number, number] | undefined>(undefined);
  const scales = scalesOf(plot, range, width);
  const place = (event: PointerEvent) =>
    event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
  const onPointerUp = (event: PointerEvent) => {
    const [from, to] = [drag.current, place(event)].toSorted((a = 0, b = 0) => a - b);
    if (drag.current !== undefined && from !== undefined && to !== undefined && to - from > DRAG)
      setRange({ from: scales.time(from), to: scales.time(to) });
    drag.current = undefined;
    mark(undefined);
  };
  return (
    <svg
      class="plane"
      width={width}
      height={HEIGHT}
      role="application"
      tabindex={0}
      aria-label={`${page.plot.title}. ${page.plot.help}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        drag.current = place(event);
      }}
      onPointerMove={(event) => {
        if (drag.current !== undefined) mark([drag.current, place(event)]);
      }}
      onPointerUp={onPointerUp}
      onPointerLeave={() => {
        drag.current = undefined;
        mark(undefined);
      }}
    >
      <Axes plot={plot} range={range} scales={scales} width={width} />
      <clipPath id="plot-inside">
        <rect
          x={LEFT}
          y={TOP - 6}
          width={width - LEFT - RIGHT}
          height={HEIGHT - TOP - BOTTOM + 12}
        />
      </clipPath>
      <g clip-path="url(#plot-inside)">
        <path class="window" d={stepsOf(plot.window, scales)} />
        <path class="acknowledged" d={stepsOf(plot.acknowledged, scales)} />
        {plot.segments.map((segment) => (
          <Segment
            key={segment.frame}
            segment={segment}
            scales={scales}
            isSelected={segment.frame === selected}
            select={select}
          />
        ))}
      </g>
      {marked !== undefined && (
        <rect
          class="marked"
          x={Math.min(...marked)}
          y={TOP}
          width={Math.abs(marked[0] - marked[1])}
          height={HEIGHT - TOP - BOTTOM}
        />
      )}
    </svg>
  );
};

interface Scales {
  readonly x: (at: number) => number;
  readonly y: (seq: number) => number;
  readonly time: (x: number) => number;
  readonly lowest: number;
  readonly highest: number;
}

/** How much of the window is shown above what was sent in it. */
const ABOVE = 0.35;

/** The vertical scale is that of what was sent in the time shown, with some of the window above. */
const scalesOf = (plot: SequencePlot, range: PlotRange, width: number): Scales => {
  const within = ({ at }: { at: number }) => at >= range.from && at <= range.to;
  const numbers = [
    ...plot.segments.filter(within).flatMap(({ from, to }) => [from, to]),
    ...plot.acknowledged.filter(within).map(({ seq }) => seq),
  ];
  const lowest = numbers.length === 0 ? 0 : Math.min(...numbers);
  const sent = numbers.length === 0 ? plot.top : Math.max(...numbers, lowest + 1);
  const window = Math.max(sent, ...plot.window.filter(within).map(({ seq }) => seq));
  const highest = Math.min(window, sent + (sent - lowest) * ABOVE);
  const plane = { width: width - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
  const span = range.to - range.from;
  return {
    x: (at) => round(LEFT + ((at - range.from) / span) * plane.width),
    y: (seq) => round(TOP + (1 - (seq - lowest) / (highest - lowest)) * plane.height),
    time: (x) => range.from + (Math.max(0, Math.min(plane.width, x - LEFT)) / plane.width) * span,
    lowest,
    highest,
  };
};

const round = (length: number): number => Math.round(length * 10) / 10;

const stepsOf = (steps: readonly PlotStep[], { x, y }: Scales): string =>
  steps
    .map(({ at, seq }, index) => (index === 0 ? `M${x(at)} ${y(seq)}` : `H${x(at)}V${y(seq)}`))
    .join('');

interface SegmentProps {
  readonly segment: PlotSegment;
  readonly scales: Scales;
  readonly isSelected: boolean;
  readonly select: (frame: number) => void;
}

const Segment = ({ segment, scales, isSelected, select }: SegmentProps) => {
  const { words } = useWords();
  const { frame, at, from, to, kind } = segment;
  const x = scales.x(at);
  const [bottom, top] = [scales.y(from), scales.y(to)];
  return (
    <g class={`dot ${kind} ${isSelected ? 'selected' : ''}`} onClick={() => select(frame)}>
      <title>{`${words.frame(frame)}: ${from}–${to}`}</title>
      <rect class="reach" x={x - 4} y={top - 4} width="8" height={bottom - top + 8} />
      {kind === 'reset' ? (
        <path d={`M${x - 5} ${bottom - 5}l10 10m0 -10l-10 10`} />
      ) : (
        <path d={`M${x} ${bottom}V${Math.min(top, bottom - 2)}`} />
      )}
    </g>
  );
};

interface AxesProps {
  readonly plot: SequencePlot;
  readonly range: PlotRange;
  readonly scales: Scales;
  readonly width: number;
}

const Axes = ({ range, scales, width }: AxesProps) => {
  const { page } = useWords();
  const bottom = HEIGHT - BOTTOM;
  const times = ticks(range.from, range.to, Math.max(2, Math.floor(width / 90)));
  const numbers = ticks(scales.lowest, scales.highest, 4);
  const step = (times[1] ?? 1) - (times[0] ?? 0);
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step / 2))));
  return (
    <g class="axes">
      {numbers.map((seq) => (
        <g key={`y${seq}`}>
          <line x1={LEFT} x2={width - RIGHT} y1={scales.y(seq)} y2={scales.y(seq)} />
          <text x={LEFT - 8} y={scales.y(seq) + 4} text-anchor="end">
            {grouped(seq)}
          </text>
        </g>
      ))}
      {times.map((at) => (
        <text key={`x${at}`} x={scales.x(at)} y={bottom + 16} text-anchor="middle">
          {at.toFixed(digits)}
        </text>
      ))}
      <text x={width - RIGHT} y={bottom + 30} text-anchor="end">
        {page.plot.seconds}
      </text>
      <line class="base" x1={LEFT} x2={width - RIGHT} y1={bottom} y2={bottom} />
    </g>
  );
};
