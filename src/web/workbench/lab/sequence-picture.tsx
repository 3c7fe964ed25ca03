import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Role } from '../../../causes/scenario.ts';
import type { Moment } from '../../../lab/moment.ts';
import { ROLES } from '../../../lab/run.ts';
import { stepText } from '../../../lab/step-words.ts';
import { useWidth } from '../../view/use-width.ts';
import { useWorkbenchWords, type WorkbenchWords } from '../words.ts';
import { callText, momentText, passageText, toldText, whoText } from './moment-text.ts';
import {
  drawSequence,
  geometryFor,
  type Arrow,
  type Geometry,
  type Part,
  type Row,
  type Sequence,
} from './sequence.ts';

interface SequencePictureProps {
  readonly moments: readonly Moment[];
  /** The only connection to be shown; undefined: all. */
  readonly only: string | undefined;
  /** Whose states the lifelines have. */
  readonly focus: string | undefined;
  readonly at: number;
  readonly go: (moment: number) => void;
}

/** A run between its two lifelines; what is yet to come is faint. */
export const SequencePicture = ({ moments, only, focus, at, go }: SequencePictureProps) => {
  const words = useWorkbenchWords();
  const [box, width] = useWidth(720);
  const geometry = useMemo(() => geometryFor(width), [width]);
  const drawing = useMemo(
    () => drawSequence(moments, only, focus, geometry),
    [moments, only, focus, geometry],
  );
  const still = useMemo(
    () => <Still drawing={drawing} geometry={geometry} words={words} />,
    [drawing, geometry, words],
  );
  const current = drawing.rows.findLast(({ index }) => index <= at);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => bringIntoView(frame.current, current?.y), [current?.y]);
  const y = current?.y ?? 0;
  return (
    <div class="sequence" ref={box}>
      <div class="ends" aria-hidden="true">
        {ROLES.map((role) => (
          <b key={role}>{words.lab.role[role]}</b>
        ))}
      </div>
      <div class="frame" ref={frame}>
        <svg
          width={width}
          height={drawing.height}
          font-size={geometry.fontSize}
          role="listbox"
          tabindex={0}
          aria-label={`${words.lab.ladder}. ${words.lab.keys}`}
          aria-activedescendant={current === undefined ? undefined : `moment-${current.index}`}
        >
          <rect class="now" x="0" y={y - 15} width={width} height="24" rx="4" />
          {still}
          <rect
            class="future"
            x="0"
            y={y + 9}
            width={width}
            height={Math.max(0, drawing.height - y)}
          />
          {drawing.rows.map(({ index, moment, y: top }) => (
            <rect
              key={index}
              class="reach"
              id={`moment-${index}`}
              role="option"
              aria-selected={index === current?.index}
              aria-label={momentText(moment.happening, words)}
              x="0"
              y={top - 15}
              width={width}
              height="26"
              onClick={() => go(index)}
            />
          ))}
        </svg>
      </div>
    </div>
  );
};

/** Only as far as it must be, and only the ladder: the rest of the page stays where it is. */
const bringIntoView = (frame: HTMLDivElement | null, y: number | undefined): void => {
  if (frame === null || y === undefined) return;
  const margin = Math.min(90, frame.clientHeight / 3);
  const { scrollTop, clientHeight } = frame;
  if (y < scrollTop + margin) frame.scrollTop = y - margin;
  else if (y > scrollTop + clientHeight - margin) frame.scrollTop = y - clientHeight + margin;
};

interface StillProps {
  readonly drawing: Sequence;
  readonly geometry: Geometry;
  readonly words: WorkbenchWords;
}

/** All of it, as it is whatever moment is looked at. */
const Still = ({ drawing, geometry, words }: StillProps) => (
  <g aria-hidden="true">
    {ROLES.map((role) => (
      <Lifeline
        key={role}
        role={role}
        parts={drawing.lives[role]}
        geometry={geometry}
        words={words}
      />
    ))}
    {drawing.arrows.map((arrow, index) => (
      <ArrowLine key={index} arrow={arrow} />
    ))}
    {drawing.arrows.map((arrow, index) => (
      <ArrowText key={index} arrow={arrow} words={words} geometry={geometry} />
    ))}
    {drawing.rows.map((row) => (
      <RowText key={row.index} row={row} geometry={geometry} words={words} />
    ))}
  </g>
);

interface LifelineProps {
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly geometry: Geometry;
  readonly words: WorkbenchWords;
}

const Lifeline = ({ role, parts, geometry, words }: LifelineProps) => {
  const x = geometry.x[role];
  const [side, anchor] = role === 'client' ? [-9, 'end' as const] : [9, 'start' as const];
  return (
    <>
      {parts.map(({ state, from, to }) => (
        <g key={from} class={`life ${phaseOf(state)}`}>
          <line x1={x} x2={x} y1={from} y2={to} />
          {geometry.isWide && (
            <text class="state" x={x + side} y={from + 4} text-anchor={anchor}>
              {state === 'off' ? words.lab.off : state}
            </text>
          )}
        </g>
      ))}
    </>
  );
};

const phaseOf = (state: Part['state']): string => {
  if (state === 'off') return 'unknown';
  if (state === 'CLOSED' || state === 'LISTEN') return 'closed';
  if (state === 'ESTABLISHED') return 'established';
  return state.startsWith('SYN') ? 'opening' : 'closing';
};

const ArrowLine = ({ arrow }: { arrow: Arrow }) => {
  const { from, to, isLost } = arrow;
  return (
    <g class={`passage ${kindOf(arrow)}`}>
      <line x1={from[0]} y1={from[1]} x2={to[0]} y2={to[1]} />
      {isLost ? (
        <path class="cross" d={`M${to[0] - 4} ${to[1] - 4}l8 8m0 -8l-8 8`} />
      ) : (
        <path class="head" d={headAt(from, to)} />
      )}
    </g>
  );
};

const kindOf = ({ isReset, isLost }: Arrow): string =>
  `${isReset ? 'reset' : ''} ${isLost ? 'lost' : ''}`;

interface ArrowTextProps {
  readonly arrow: Arrow;
  readonly words: WorkbenchWords;
  readonly geometry: Geometry;
}

/** Drawn after all lines, so that none goes through it. */
const ArrowText = ({ arrow, words, geometry }: ArrowTextProps) => {
  const { passage, from, to, isLost } = arrow;
  const isRightward = from[0] < to[0];
  const inset = geometry.isWide ? 10 : 6;
  const text = [
    passageText(passage),
    ...(passage.from === undefined ? [words.lab.made] : []),
    ...(isLost ? [words.lab.lost] : []),
  ].join(' · ');
  return (
    <text
      class={`passage-text ${kindOf(arrow)}`}
      x={isRightward ? from[0] + inset : from[0] - inset}
      y={from[1] - 3}
      text-anchor={passage.from === undefined ? 'middle' : isRightward ? 'start' : 'end'}
    >
      {text}
    </text>
  );
};

/** An arrowhead in the line's own direction. */
const headAt = (from: Arrow['from'], to: Arrow['to']): string => {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  const [bx, by] = [to[0] - ux * 9, to[1] - uy * 9];
  const point = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return `M${point(to[0], to[1])}L${point(bx - uy * 4, by + ux * 4)}L${point(bx + uy * 4, by - ux * 4)}Z`;
};

interface RowTextProps {
  readonly row: Row;
  readonly geometry: Geometry;
  readonly words: WorkbenchWords;
}

/** What is no packet stands at the side of whose it is; the time, where there is room. */
const RowText = ({ row, geometry, words }: RowTextProps) => {
  const { moment, y } = row;
  return (
    <>
      {geometry.isWide && (
        <text class="time" x="58" y={y + 4} text-anchor="end">
          {(moment.atMs / 1000).toFixed(3)}
        </text>
      )}
      <Remark row={row} geometry={geometry} words={words} />
    </>
  );
};

const Remark = ({ row, geometry, words }: RowTextProps) => {
  const { happening } = row.moment;
  const { language } = words;
  switch (happening.kind) {
    case 'sent':
    case 'arrived':
      return null;
    case 'call': {
      const isError =
        typeof happening.call.outcome === 'string' &&
        happening.call.outcome.startsWith('E') &&
        happening.call.outcome !== 'EOF';
      return side(
        happening.call.on,
        callText(happening.call, language),
        isError ? 'call harm' : 'call',
        row.y,
        geometry,
      );
    }
    case 'told': {
      const { told } = happening;
      const text = toldText(told, language);
      const tone =
        told.event.kind === 'sent' || told.event.kind === 'received' ? 'told harm' : 'told';
      if (told.who === 'client' || told.who === 'server')
        return side(told.who, text, tone, row.y, geometry);
      return middle(`${whoText(told.who, words)}: ${text}`, tone, row.y, geometry);
    }
    case 'step': {
      const text = stepText(happening.step, language);
      if ('on' in happening.step) return side(happening.step.on, text, 'step', row.y, geometry);
      return middle(text, 'step', row.y, geometry);
    }
  }
};

const side = (role: Role, text: string, kind: string, y: number, { x, isWide }: Geometry) => {
  const inset = isWide ? 10 : 7;
  const [at, anchor] =
    role === 'client' ? [x.client + inset, 'start' as const] : [x.server - inset, 'end' as const];
  return (
    <g class={kind}>
      <circle cx={x[role]} cy={y} r="3" />
      <text x={at} y={y + 4} text-anchor={anchor}>
        {text}
      </text>
    </g>
  );
};

const middle = (text: string, kind: string, y: number, { x }: Geometry) => (
  <g class={kind}>
    <text x={(x.client + x.server) / 2} y={y + 4} text-anchor="middle">
      {text}
    </text>
  </g>
);
