import { useMemo, useRef, useState } from 'preact/hooks';
import { isSegment, type LadderEntry } from '../../report/html/ladder-data.ts';
import { sequencePlot, type SequencePlot } from '../../report/html/sequence-plot.ts';
import { PlotPicture, type PlotRange } from './plot-picture.tsx';
import { useWidth } from './use-width.ts';
import { useWords } from './words.ts';

interface PlotProps {
  readonly entries: readonly LadderEntry[];
  readonly selected: number | undefined;
  readonly select: (frame: number) => void;
}

/** Sequence numbers over time, one direction at a time, to be looked at closer. */
export const Plot = ({ entries, selected, select }: PlotProps) => {
  const { page } = useWords();
  const [box, width] = useWidth(960);
  const plots = useMemo(() => {
    const rows = entries.filter(isSegment);
    return { client: sequencePlot(rows, true), server: sequencePlot(rows, false) };
  }, [entries]);
  const [chosen, choose] = useState<'client' | 'server' | undefined>(undefined);
  const [range, setRange] = useState<PlotRange | undefined>(undefined);
  const sender = chosen ?? (plots.server.top > plots.client.top ? 'server' : 'client');
  const plot = plots[sender];
  const whole = { from: 0, to: Math.max(plot.end * 1.02, 1e-6) };
  const drag = useRef<number | undefined>(undefined);
  const shown = range ?? whole;
  const zoom = (factor: number, shift = 0) => setRange(zoomed(shown, whole, factor, shift));
  const onKeyDown = (event: KeyboardEvent) => {
    const act = KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    if (event.key === '0') setRange(undefined);
    else zoom(...act);
  };
  return (
    <details class="plot" open={isWorthwhile(plots.client) || isWorthwhile(plots.server)}>
      <summary>
        <h3>{page.plot.title}</h3>
      </summary>
      <div class="bar">
        <span class="choice" role="group" aria-label={page.plot.title}>
          {SENDERS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === sender}
              onClick={() => choose(one)}
            >
              {page.plot.from(one)}
            </button>
          ))}
        </span>
        {range !== undefined && (
          <button type="button" class="button" onClick={() => setRange(undefined)}>
            {page.plot.whole}
          </button>
        )}
      </div>
      <div ref={box}>
        {hasData(plot) ? (
          <PlotPicture
            plot={plot}
            range={shown}
            width={width}
            drag={drag}
            setRange={setRange}
            selected={selected}
            select={select}
            onKeyDown={onKeyDown}
          />
        ) : (
          <p class="note">{page.plot.nothing}</p>
        )}
      </div>
      <Key plot={plot} />
      <p class="note screen">{page.plot.help}</p>
    </details>
  );
};

/** Of a few segments the ladder says it all. */
const isWorthwhile = ({ segments }: SequencePlot): boolean => segments.length > 4;

const Key = ({ plot }: { plot: SequencePlot }) => {
  const { page } = useWords();
  return (
    <ul class="key">
      <li class="data">{page.plot.data}</li>
      {plot.segments.some(({ kind }) => kind === 'again') && (
        <li class="again">{page.plot.again}</li>
      )}
      <li class="acknowledged">{page.plot.acknowledged}</li>
      <li class="window">{page.plot.window}</li>
      <li class="reset">RST</li>
    </ul>
  );
};

const SENDERS = ['client', 'server'] as const;

const hasData = ({ segments }: SequencePlot): boolean => segments.some(({ from, to }) => to > from);

const KEYS: Readonly<Record<string, [factor: number, shift?: number]>> = {
  '+': [0.5],
  '=': [0.5],
  '-': [2],
  ArrowLeft: [1, -0.25],
  ArrowRight: [1, 0.25],
  '0': [1],
};

/** Around the middle, moved by a part of itself, and never beyond the whole. */
const zoomed = (
  { from, to }: PlotRange,
  whole: PlotRange,
  factor: number,
  shift: number,
): PlotRange | undefined => {
  const span = Math.min((to - from) * factor, whole.to - whole.from);
  if (span >= whole.to - whole.from) return undefined;
  const middle = (from + to) / 2 + shift * (to - from);
  const start = Math.max(whole.from, Math.min(whole.to - span, middle - span / 2));
  return { from: start, to: start + span };
};
