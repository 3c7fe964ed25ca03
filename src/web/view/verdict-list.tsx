import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ReportData, VerdictData } from '../../report/html/data.ts';
import { colourOf } from './colour.ts';
import type { Go } from './place.ts';
import { Sureness } from './sureness.tsx';
import { useWords } from './words.ts';

/** Rows drawn beyond both edges, so that quick scrolling shows no gap. */
const BEYOND = 8;
/** Rows on paper: nobody reads ten thousand. */
const PRINTED = 400;

export interface VerdictFilter {
  readonly text: string;
  /** Undefined: all. */
  readonly group: number | undefined;
  readonly withRepeats: boolean;
}

interface VerdictListProps {
  readonly data: ReportData;
  readonly filter: VerdictFilter;
  readonly setFilter: (filter: VerdictFilter) => void;
  readonly selected: VerdictData | undefined;
  readonly go: Go;
}

/** Every verdict as a row; only those in view are in the document. */
export const VerdictList = ({ data, filter, setFilter, selected, go }: VerdictListProps) => {
  const { page } = useWords();
  const rows = useMemo(() => matching(data, filter), [data, filter]);
  return (
    <section aria-labelledby="one-by-one" class="verdicts">
      <h2 id="one-by-one">{page.allResets}</h2>
      <FilterBar data={data} filter={filter} setFilter={setFilter} shown={rows.length} />
      {data.omittedVerdicts > 0 && <p class="note">{page.omittedVerdicts(data.omittedVerdicts)}</p>}
      {rows.length === 0 ? (
        <p class="note">{page.noMatch}</p>
      ) : (
        <Rows data={data} rows={rows} selected={selected} go={go} />
      )}
    </section>
  );
};

const matching = (data: ReportData, { text, group, withRepeats }: VerdictFilter): VerdictData[] => {
  const needle = text.trim().toLowerCase();
  return data.verdicts.filter((verdict) => {
    if (group !== undefined && verdict.group !== group) return false;
    const isQuiet = verdict.isRepeat || (verdict.isBenign && group === undefined);
    if (isQuiet && !withRepeats) return false;
    return needle === '' || wordsOf(data, verdict).includes(needle);
  });
};

const wordsOf = (data: ReportData, { connection, cause, frame, time }: VerdictData): string => {
  const { client, server } = data.connections[connection] ?? {};
  return `${client} ${server} ${cause} ${data.causes[cause]?.title} ${frame} ${time}`.toLowerCase();
};

interface FilterBarProps {
  readonly data: ReportData;
  readonly filter: VerdictFilter;
  readonly setFilter: (filter: VerdictFilter) => void;
  readonly shown: number;
}

const FilterBar = ({ data, filter, setFilter, shown }: FilterBarProps) => {
  const { page } = useWords();
  const isQuiet = data.verdicts.some((verdict) => verdict.isRepeat || verdict.isBenign);
  return (
    <div class="filters">
      <input
        type="search"
        aria-label={page.filter}
        placeholder={page.filterHint}
        value={filter.text}
        onInput={(event) => setFilter({ ...filter, text: event.currentTarget.value })}
      />
      {data.groups.length > 1 && (
        <select
          aria-label={page.columns.cause}
          value={filter.group ?? ''}
          onChange={({ currentTarget: { value } }) =>
            setFilter({ ...filter, group: value === '' ? undefined : Number(value) })
          }
        >
          <option value="">{page.everyCause}</option>
          {data.groups.map((group, index) => (
            <option key={index} value={index}>
              {data.causes[group.cause]?.title}
            </option>
          ))}
        </select>
      )}
      {isQuiet && (
        <label>
          <input
            type="checkbox"
            checked={filter.withRepeats}
            onChange={(event) => setFilter({ ...filter, withRepeats: event.currentTarget.checked })}
          />
          {page.withRepeats}
        </label>
      )}
      <span class="count" role="status">
        {page.shown(shown, data.verdicts.length)}
      </span>
    </div>
  );
};

interface RowsProps {
  readonly data: ReportData;
  readonly rows: readonly VerdictData[];
  readonly selected: VerdictData | undefined;
  readonly go: Go;
}

const Rows = ({ data, rows, selected, go }: RowsProps) => {
  const { page } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const { from, to, rowHeight } = useWindow(box, rows.length);
  const at = selected === undefined ? -1 : rows.indexOf(selected);
  const choose = (index: number, stay: boolean) => {
    const verdict = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (verdict !== undefined) go({ connection: verdict.connection, frame: verdict.frame }, stay);
  };
  useEffect(() => keepInView(box.current, at, rowHeight), [at, rowHeight]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = STEPS[event.key]?.(at, rows.length);
    if (next === undefined) return;
    event.preventDefault();
    choose(next, event.key !== 'Enter');
  };
  return (
    <div
      ref={box}
      class="rows"
      role="listbox"
      tabIndex={0}
      aria-label={page.allResets}
      aria-activedescendant={at >= from && at < to ? `verdict-${rows[at]?.frame}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div class="spacer" style={{ height: from * rowHeight }} role="presentation" />
      {rows.slice(from, to).map((verdict, offset) => (
        <VerdictRow
          key={verdict.frame}
          data={data}
          verdict={verdict}
          isSelected={verdict === selected}
          position={from + offset + 1}
          all={rows.length}
          choose={() => choose(from + offset, false)}
        />
      ))}
      <div
        class="spacer"
        style={{ height: Math.max(0, rows.length - to) * rowHeight }}
        role="presentation"
      />
    </div>
  );
};

const PAGE = 10;
const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => Math.max(0, at - 1),
  PageDown: (at) => at + PAGE,
  PageUp: (at) => at - PAGE,
  Home: () => 0,
  End: (_at, count) => count - 1,
  Enter: (at) => at,
};

const keepInView = (box: HTMLElement | null, at: number, rowHeight: number): void => {
  if (box === null || at < 0) return;
  const top = at * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight)
    box.scrollTop = top + rowHeight - box.clientHeight;
};

/** Which rows of a scrolled box are in view; all, or nearly, while it is printed. */
const useWindow = (
  box: RefObject<HTMLDivElement | null>,
  count: number,
): { from: number; to: number; rowHeight: number } => {
  const [view, setView] = useState({ top: 0, height: 480, rowHeight: 44, printing: false });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const look = (printing = false) => {
      const own = getComputedStyle(element).getPropertyValue('--row-height');
      const { scrollTop: top, clientHeight: height } = element;
      setView({ top, height, rowHeight: Number.parseFloat(own) || 44, printing });
    };
    const onScroll = () => look();
    const beforePrint = () => look(true);
    look();
    const observer = new ResizeObserver(onScroll);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    addEventListener('beforeprint', beforePrint);
    addEventListener('afterprint', onScroll);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      removeEventListener('beforeprint', beforePrint);
      removeEventListener('afterprint', onScroll);
    };
  }, [box]);
  const { top, height, rowHeight, printing } = view;
  if (printing) return { from: 0, to: Math.min(PRINTED, count), rowHeight: 0 };
  const first = Math.min(Math.floor(top / rowHeight), Math.max(0, count - 1));
  const from = Math.max(0, first - BEYOND);
  const to = Math.min(count, first + Math.ceil(height / rowHeight) + BEYOND);
  return { from, to, rowHeight };
};

interface VerdictRowProps {
  readonly data: ReportData;
  readonly verdict: VerdictData;
  readonly isSelected: boolean;
  readonly position: number;
  readonly all: number;
  readonly choose: () => void;
}

const VerdictRow = (props: VerdictRowProps) => {
  const { data, verdict, isSelected, position, all, choose } = props;
  const { words } = useWords();
  const { client = '', server = '' } = data.connections[verdict.connection] ?? {};
  const [from, to] = verdict.senderRole === 'client' ? [client, server] : [server, client];
  return (
    <div
      class="row"
      role="option"
      id={`verdict-${verdict.frame}`}
      aria-selected={isSelected}
      aria-posinset={position}
      aria-setsize={all}
      onClick={choose}
    >
      <span class="time">{verdict.time.slice(11, -1)}</span>
      <span class="who">
        {from} <span aria-hidden="true">→</span> {to}
      </span>
      <span class="cause">
        <span class={`swatch ${colourOf(data, verdict.group)}`} aria-hidden="true" />
        {data.causes[verdict.cause]?.title}
      </span>
      <Sureness confidence={verdict.confidence} text={words.confidence[verdict.confidence]} />
    </div>
  );
};
