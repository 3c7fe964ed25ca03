import type { RefObject } from 'preact';
import type { DrawnItem, LadderDrawing, LadderGeometry } from '../../report/html/ladder-drawing.ts';
import type { LadderItem } from '../../report/html/ladder-plan.ts';
import type { LadderMark } from './ladder-mark.ts';
import { Lifelines } from './lifelines.tsx';
import { SegmentLine } from './segment-line.tsx';
import { useWords, type ViewWords } from './words.ts';

interface LadderPictureProps {
  readonly reference: RefObject<SVGSVGElement | null>;
  readonly drawing: LadderDrawing;
  readonly client: string;
  readonly server: string;
  readonly marks: readonly LadderMark[];
  readonly evidence: ReadonlySet<number>;
  readonly selected: number | undefined;
  readonly select: (frame: number) => void;
  readonly toggle: (frame: number) => void;
}

/** The drawing itself: lifelines, windows, and a line for each segment; a list to the keyboard. */
export const LadderPicture = (props: LadderPictureProps) => {
  const { reference, drawing, marks, evidence, selected, select, toggle } = props;
  const { page, words } = useWords();
  const { geometry, items, height } = drawing;
  const at = items.findIndex(({ item }) => frameOf(item) === selected);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const current = items[at]?.item;
    if (event.key === 'Enter' && current?.kind === 'stretch') toggle(current.frame);
    else if (step !== undefined) moveTo(nextFrame(items, at, step), select);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div class="ends" aria-hidden="true">
        <span>
          {words.role.client} <b>{props.client}</b>
        </span>
        <span>
          {words.role.server} <b>{props.server}</b>
        </span>
      </div>
      <svg
        ref={reference}
        width={geometry.width}
        height={height}
        font-size={geometry.fontSize}
        role="listbox"
        tabindex={0}
        aria-label={`${page.ladder}. ${page.ladderHelp}`}
        aria-activedescendant={selected === undefined || at < 0 ? undefined : `frame-${selected}`}
        onKeyDown={onKeyDown}
      >
        {items.map((drawn, index) =>
          drawn.item.kind === 'segment' ? (
            <SegmentLine
              key={drawn.item.row.frame}
              drawn={drawn}
              row={drawn.item.row}
              geometry={geometry}
              mark={marks.find(({ frame }) => frame === frameOf(drawn.item))}
              isEvidence={evidence.has(drawn.item.row.frame)}
              isSelected={drawn.item.row.frame === selected}
              select={select}
            />
          ) : (
            <Between
              key={`between-${index}`}
              drawn={drawn}
              geometry={geometry}
              isSelected={frameOf(drawn.item) === selected && selected !== undefined}
              toggle={toggle}
            />
          ),
        )}
        <Lifelines drawing={drawing} />
      </svg>
    </>
  );
};

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
};

const frameOf = (item: LadderItem): number | undefined => {
  if (item.kind === 'segment') return item.row.frame;
  return item.kind === 'stretch' ? item.frame : undefined;
};

/** Lines that can be chosen, so many further on. */
const nextFrame = (items: readonly DrawnItem[], at: number, step: number): number | undefined => {
  const frames = items.flatMap(({ item }) => frameOf(item) ?? []);
  const current = frames.indexOf(frameOf(items[at]?.item ?? NOTHING) ?? -1);
  return frames[Math.max(0, Math.min(frames.length - 1, current + step))];
};

const NOTHING: LadderItem = { kind: 'omitted', count: 0 };

const moveTo = (frame: number | undefined, select: (frame: number) => void): void => {
  if (frame === undefined) return;
  select(frame);
  document.getElementById(`frame-${frame}`)?.scrollIntoView({ block: 'nearest' });
};

interface BetweenProps {
  readonly drawn: DrawnItem;
  readonly geometry: LadderGeometry;
  readonly isSelected: boolean;
  readonly toggle: (frame: number) => void;
}

/** A line that is no segment: what is folded, left out, or silent. */
const Between = ({ drawn, geometry, isSelected, toggle }: BetweenProps) => {
  const view = useWords();
  const { item, top, height } = drawn;
  const middle = (geometry.clientX + geometry.serverX) / 2;
  const text = betweenText(item, view);
  const y = top + height / 2 + geometry.fontSize * 0.35;
  const label = (
    <text class="caption" x={middle} y={y} text-anchor="middle">
      {text}
    </text>
  );
  if (item.kind !== 'stretch') return <g class={item.kind}>{label}</g>;
  const { clientX, serverX } = geometry;
  return (
    <g
      class="stretch"
      id={`frame-${item.frame}`}
      role="option"
      aria-selected={isSelected}
      aria-label={`${text}, ${view.page.unfold}`}
      onClick={() => toggle(item.frame)}
    >
      <rect x={clientX} y={top + 3} width={serverX - clientX} height={height - 6} rx="4" />
      {label}
    </g>
  );
};

const betweenText = (item: LadderItem, { page, words }: ViewWords): string => {
  if (item.kind === 'omitted') return page.omitted(item.count);
  if (item.kind === 'pause') return page.pause(`${item.seconds.toFixed(3)} ${words.ladder.time}`);
  if (item.kind === 'segment') return '';
  const { from, to, bytesFromClient, bytesFromServer, resets } = item;
  return `⋯ ${page.stretch(to - from, bytesFromClient, bytesFromServer, resets)}`;
};
