import type {
  LadderDrawing,
  LadderGeometry,
  LifelinePart,
} from '../../report/html/ladder-drawing.ts';
import type { State } from '../../report/html/states.ts';

/** Both ends' lines from top to bottom, in the colour of their state, with their windows beside. */
export const Lifelines = ({ drawing }: { drawing: LadderDrawing }) => (
  <g role="presentation" class="lifelines">
    <path class="band client" d={drawing.bands.client} />
    <path class="band server" d={drawing.bands.server} />
    <Lifeline parts={drawing.lifelines.client} geometry={drawing.geometry} end="client" />
    <Lifeline parts={drawing.lifelines.server} geometry={drawing.geometry} end="server" />
  </g>
);

interface LifelineProps {
  readonly parts: readonly LifelinePart[];
  readonly geometry: LadderGeometry;
  readonly end: 'client' | 'server';
}

const Lifeline = ({ parts, geometry, end }: LifelineProps) => {
  const x = end === 'client' ? geometry.clientX : geometry.serverX;
  return (
    <>
      {parts.map((part, index) => (
        <g key={index} class={`life ${phaseOf(part.state)}`}>
          <line x1={x} x2={x} y1={part.from} y2={part.to} />
          {part.state !== undefined && <StateName part={part} geometry={geometry} end={end} />}
        </g>
      ))}
    </>
  );
};

interface StateNameProps {
  readonly part: LifelinePart;
  readonly geometry: LadderGeometry;
  readonly end: 'client' | 'server';
}

/** Outside of its line where there is room, else along it. */
const StateName = ({ part, geometry, end }: StateNameProps) => {
  const { isWide, clientX, serverX, fontSize } = geometry;
  const outward = end === 'client' ? -1 : 1;
  const x = end === 'client' ? clientX : serverX;
  const name = part.state ?? '';
  if (isWide) {
    return (
      <text
        class="state"
        x={x + outward * 9}
        y={part.from + fontSize * 0.35}
        text-anchor={end === 'client' ? 'end' : 'start'}
      >
        {name}
      </text>
    );
  }
  const length = part.to - part.from;
  const size = fontSize * 0.82;
  // Too short for its name: the colour must do.
  if (length < name.length * size * 0.66) return null;
  const [tx, ty] = [x + outward * 6, part.from + 4];
  const turn = end === 'client' ? 90 : -90;
  return (
    <text
      class="state"
      font-size={size}
      transform={`translate(${tx} ${ty}) rotate(${turn})`}
      text-anchor={end === 'client' ? 'start' : 'end'}
      dominant-baseline="central"
    >
      {name}
    </text>
  );
};

const phaseOf = (state: State): string => {
  if (state === undefined) return 'unknown';
  if (state === 'CLOSED') return 'closed';
  if (state === 'ESTABLISHED') return 'established';
  return state.startsWith('SYN') ? 'opening' : 'closing';
};
