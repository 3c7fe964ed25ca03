import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LadderRow } from '../../forensics/verdict.ts';
import { isSegment, type LadderEntry } from '../../report/html/ladder-data.ts';
import {
  drawLadder,
  ladderGeometry,
  type LadderCaption,
  type LadderNote,
} from '../../report/html/ladder-drawing.ts';
import { planLadder, type Stretch } from '../../report/html/ladder-plan.ts';
import { statesAlong, type Outcomes } from '../../report/html/states.ts';
import { segmentText } from '../../report/ladder.ts';
import { LadderBar } from './ladder-bar.tsx';
import type { LadderMark } from './ladder-mark.ts';
import { LadderPicture } from './ladder-picture.tsx';
import { SegmentDetail } from './segment-detail.tsx';
import { useWidth } from './use-width.ts';
import { useWords, type ViewWords } from './words.ts';

export interface LadderProps {
  /** Segments in the order of the capture, and how many are missing between them. */
  readonly entries: readonly LadderEntry[];
  /** The two ends, as they are called over their lifelines. */
  readonly client: string;
  readonly server: string;
  readonly marks: readonly LadderMark[];
  /** Frames that a verdict calls upon. */
  readonly evidence: ReadonlySet<number>;
  /** The segment shown in full; changes of `visit` bring it into view again. */
  readonly selected: number | undefined;
  readonly visit: number;
  readonly select: (frame: number) => void;
}

/** A connection between its two lifelines, segment by segment. */
export const Ladder = (props: LadderProps) => {
  const { entries, marks, evidence, selected, visit, select } = props;
  const view = useWords();
  const [box, width] = useWidth(960);
  const [absolute, setAbsolute] = useState(false);
  const [scale, setScale] = useState(1);
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(NONE);
  const picture = useRef<SVGSVGElement>(null);
  const focus = useMemo(
    () => ({ frames: framesShown(marks, evidence), repeats: repeatsIn(marks), unfolded }),
    [marks, evidence, unfolded],
  );
  const plan = useMemo(() => planLadder(entries, focus), [entries, focus]);
  const rows = useMemo(() => entries.filter(isSegment), [entries]);
  const states = useMemo(() => statesAlong(rows, outcomesOf(marks)), [rows, marks]);
  const drawing = useMemo(
    () =>
      drawLadder(entries, plan.items, states, ladderGeometry(entries, width, scale), (row) =>
        captionOf(row, marks, absolute, view),
      ),
    [entries, plan, states, width, scale, absolute, marks, view],
  );
  const visited = useRef(0);
  useEffect(() => {
    if (visit === visited.current || selected === undefined) return;
    const hidden = stretchHolding(plan.stretches, rows, selected);
    if (hidden !== undefined && !unfolded.has(hidden.frame)) {
      setUnfolded(new Set([...unfolded, hidden.frame]));
      return;
    }
    visited.current = visit;
    picture.current?.querySelector(`#frame-${selected}`)?.scrollIntoView({ block: 'center' });
    picture.current?.focus({ preventScroll: true });
  }, [visit, unfolded]);
  const toggle = (frame: number) => setUnfolded((before) => toggled(before, frame));
  const index = rows.findIndex((row) => row.frame === selected);
  const row = rows[index];
  return (
    <div class="ladder">
      <LadderBar
        absolute={absolute}
        setAbsolute={setAbsolute}
        scale={scale}
        setScale={setScale}
        canFold={plan.stretches.length > 0}
        isUnfolded={plan.stretches.every(({ frame }) => unfolded.has(frame))}
        unfoldAll={(all) =>
          setUnfolded(all ? new Set(plan.stretches.map(({ frame }) => frame)) : NONE)
        }
      />
      <div class="picture" ref={box}>
        <LadderPicture
          reference={picture}
          drawing={drawing}
          client={props.client}
          server={props.server}
          marks={marks}
          evidence={evidence}
          selected={selected}
          select={select}
          toggle={toggle}
        />
      </div>
      <p class="note">{view.page.windowBand}</p>
      {row !== undefined && <SegmentDetail row={row} states={states[index]} />}
    </div>
  );
};

const NONE: ReadonlySet<number> = new Set();

const toggled = (frames: ReadonlySet<number>, frame: number): ReadonlySet<number> => {
  const after = new Set(frames);
  if (!after.delete(frame)) after.add(frame);
  return after;
};

const framesShown = (
  marks: readonly LadderMark[],
  evidence: ReadonlySet<number>,
): ReadonlySet<number> =>
  new Set([...evidence, ...marks.filter((mark) => !mark.isRepeat).map(({ frame }) => frame)]);

const repeatsIn = (marks: readonly LadderMark[]): ReadonlySet<number> =>
  new Set(marks.filter((mark) => mark.isRepeat).map(({ frame }) => frame));

const outcomesOf = (marks: readonly LadderMark[]): Outcomes =>
  new Map(marks.map((mark) => [mark.frame, mark]));

/** The stretch that the chosen segment could be folded away in. */
const stretchHolding = (
  stretches: readonly Stretch[],
  rows: readonly LadderRow[],
  frame: number | undefined,
): Stretch | undefined => {
  const index = rows.findIndex((row) => row.frame === frame);
  return stretches.find(({ from, to }) => index >= from && index < to);
};

const captionOf = (
  row: LadderRow,
  marks: readonly LadderMark[],
  absolute: boolean,
  { words, page }: ViewWords,
): LadderCaption => {
  const text = segmentText(row, absolute);
  const parts = row.remark === undefined ? [text] : [text, page.remarks[row.remark] ?? row.remark];
  const mark = marks.find(({ frame, isRepeat }) => frame === row.frame && !isRepeat);
  if (mark === undefined) return { parts, notes: [] };
  const saw = (of: 'client' | 'server', what: string | undefined): LadderNote[] =>
    what === undefined ? [] : [{ of, text: `${words.labels.saw(of, false)}${words.colon}${what}` }];
  const title = words.ladder.brokeHere(mark.title, words.confidence[mark.confidence]);
  return {
    parts,
    notes: [
      { of: 'both', text: title },
      ...saw('client', mark.clientSaw),
      ...saw('server', mark.serverSaw),
    ],
  };
};
