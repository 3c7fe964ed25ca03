import type { LadderRow } from '../../forensics/verdict.ts';
import {
  SMALL,
  timeText,
  type DrawnItem,
  type DrawnNote,
  type LadderGeometry,
} from '../../report/html/ladder-drawing.ts';
import type { LadderMark } from './ladder-mark.ts';
import { useWords } from './words.ts';

const RST = 4;
/** How far an arrow falls on its way, and how long its head is. */
const FALL = 3;
const HEAD = 8;

interface SegmentLineProps {
  readonly drawn: DrawnItem;
  readonly row: LadderRow;
  readonly geometry: LadderGeometry;
  readonly mark: LadderMark | undefined;
  readonly isEvidence: boolean;
  readonly isSelected: boolean;
  readonly select: (frame: number) => void;
}

/** One segment: where and when, its arrow with what it says, and what it meant. */
export const SegmentLine = (props: SegmentLineProps) => {
  const { drawn, row, geometry, mark, isEvidence, isSelected, select } = props;
  const { page } = useWords();
  const { top, height, lines, arrowY, notes } = drawn;
  const { clientX, serverX, width, fontSize } = geometry;
  const middle = (clientX + serverX) / 2;
  const step = fontSize * 1.35;
  const kinds = [kindOf(row), mark === undefined || mark.isRepeat ? '' : 'fatal'];
  if (mark?.isBenign === true && !mark.isRepeat) kinds.push('benign');
  return (
    <g
      id={`frame-${row.frame}`}
      class={`segment ${kinds.join(' ')}`}
      role="option"
      aria-selected={isSelected}
      aria-label={spoken(props, page.segment.from(row.fromClient ? 'client' : 'server'))}
      onClick={() => select(row.frame)}
    >
      <rect class="ground" x="0" y={top} width={width} height={height} rx="4" />
      {isEvidence && (
        <rect class="proof" x="0" y={top + 2} width="3" height={height - 4} rx="1.5">
          <title>{page.evidenceMark}</title>
        </rect>
      )}
      <Place row={row} geometry={geometry} y={arrowY} />
      <Arrow fromClient={row.fromClient} geometry={geometry} y={arrowY} />
      {lines.map((line, index) => (
        <text
          key={index}
          class={index === 0 ? 'caption' : 'caption more'}
          x={middle}
          y={top + step * (index + 0.95)}
          text-anchor="middle"
        >
          {line.map((part, place) => (
            <tspan key={place} class={place === 0 ? 'numbers' : 'remark'} dx={place * 12}>
              {`${part} `}
            </tspan>
          ))}
        </text>
      ))}
      {notes.map((note, index) => (
        <Note key={index} note={note} geometry={geometry} y={arrowY + step * 1.1} />
      ))}
    </g>
  );
};

const spoken = ({ row, drawn, geometry }: SegmentLineProps, direction: string): string =>
  // What is seen comes first and in its order, for those who speak to the page.
  [
    row.frame,
    ...(geometry.isWide ? [timeText(row.atSeconds)] : []),
    ...drawn.lines.flat(),
    ...drawn.notes.map(({ text }) => text),
    `(${direction})`,
  ].join(' ');

const kindOf = (row: LadderRow): string => {
  if (row.icmp !== undefined) return 'icmp';
  if ((row.flags & RST) !== 0) return 'rst';
  if (row.remark === 'retransmission') return 'again';
  if (row.remark === 'zero window' || row.remark === 'window probe') return 'stalled';
  return row.remark === 'keep-alive' ? 'probe' : 'plain';
};

interface PlaceProps {
  readonly row: LadderRow;
  readonly geometry: LadderGeometry;
  readonly y: number;
}

/** Frame and time: in columns where there is room for them. */
const Place = ({ row, geometry, y }: PlaceProps) => {
  const { isWide, fontSize, frameX, timeX } = geometry;
  const baseline = y + fontSize * 0.35;
  return (
    <>
      <text
        class="number"
        x={frameX}
        y={baseline}
        text-anchor="end"
        font-size={isWide ? fontSize : fontSize * SMALL}
      >
        {`${row.frame} `}
      </text>
      {isWide && (
        <text class="time" x={timeX} y={baseline} text-anchor="end">
          {`${timeText(row.atSeconds)} `}
        </text>
      )}
    </>
  );
};

interface ArrowProps {
  readonly fromClient: boolean;
  readonly geometry: LadderGeometry;
  readonly y: number;
}

const Arrow = ({ fromClient, geometry, y }: ArrowProps) => {
  const [from, to] = fromClient
    ? [geometry.clientX, geometry.serverX]
    : [geometry.serverX, geometry.clientX];
  const back = fromClient ? -HEAD : HEAD;
  const end = y + FALL / 2;
  return (
    <>
      <line class="shaft" x1={from} y1={y - FALL / 2} x2={to + back * 0.6} y2={end} />
      <path class="head" d={`M${to} ${end}l${back} -4.2v8.4Z`} />
    </>
  );
};

interface NoteProps {
  readonly note: DrawnNote;
  readonly geometry: LadderGeometry;
  readonly y: number;
}

const Note = ({ note, geometry, y }: NoteProps) => {
  const { clientX, serverX, fontSize } = geometry;
  const x = { both: (clientX + serverX) / 2, client: clientX + 10, server: serverX - 10 }[note.of];
  const anchor = { both: 'middle', client: 'start', server: 'end' } as const;
  return (
    <text
      class={note.of === 'both' ? 'verdict' : 'saw'}
      x={x}
      y={y + note.line * fontSize * 1.45}
      text-anchor={anchor[note.of]}
    >
      {`${note.text} `}
    </text>
  );
};
