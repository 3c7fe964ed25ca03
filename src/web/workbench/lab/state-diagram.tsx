import type { Role } from '../../../causes/scenario.ts';
import { useWorkbenchWords } from '../words.ts';
import type { EndState } from './ends.ts';

/** The states where RFC 9293 §3.3.2, figure 5 has them; CLOSED stands at both ends of the way. */
const PLACES = {
  CLOSED: [120, 15],
  LISTEN: [52, 56],
  'SYN-SENT': [188, 56],
  'SYN-RECEIVED': [52, 97],
  ESTABLISHED: [188, 97],
  'FIN-WAIT-1': [52, 138],
  'CLOSE-WAIT': [188, 138],
  'FIN-WAIT-2': [44, 179],
  CLOSING: [121, 179],
  'LAST-ACK': [196, 179],
  'TIME-WAIT': [52, 220],
  end: [188, 220],
} as const;

type Node = keyof typeof PLACES;

const ARROWS: readonly (readonly [Node, Node])[] = [
  ['CLOSED', 'LISTEN'],
  ['CLOSED', 'SYN-SENT'],
  ['LISTEN', 'SYN-RECEIVED'],
  ['SYN-SENT', 'SYN-RECEIVED'],
  ['SYN-SENT', 'ESTABLISHED'],
  ['SYN-RECEIVED', 'ESTABLISHED'],
  ['SYN-RECEIVED', 'FIN-WAIT-1'],
  ['ESTABLISHED', 'FIN-WAIT-1'],
  ['ESTABLISHED', 'CLOSE-WAIT'],
  ['FIN-WAIT-1', 'FIN-WAIT-2'],
  ['FIN-WAIT-1', 'CLOSING'],
  ['FIN-WAIT-2', 'TIME-WAIT'],
  ['CLOSING', 'TIME-WAIT'],
  ['CLOSE-WAIT', 'LAST-ACK'],
  ['LAST-ACK', 'end'],
  ['TIME-WAIT', 'end'],
];

/** Of a box's width; narrow ones stand three in a row. */
const HALF = { wide: 48, narrow: 37 } as const;

interface StateDiagramProps {
  readonly role: Role;
  readonly state: EndState;
  /** What it was a moment before. */
  readonly before: EndState;
  /** It has been open, and is no more. */
  readonly isOver: boolean;
}

/** Where one end is in the life of a connection, and how it got there. */
export const StateDiagram = ({ role, state, before, isOver }: StateDiagramProps) => {
  const { lab } = useWorkbenchWords();
  const here = nodeOf(state, isOver);
  const from = before === state ? undefined : nodeOf(before, false);
  const name = state === 'off' ? lab.off : state;
  const isAlong = ARROWS.some(([a, b]) => a === from && b === here);
  return (
    <figure class="diagram">
      <figcaption>
        {lab.role[role]} <b>{name}</b>
      </figcaption>
      <svg viewBox="0 0 240 236" role="img" aria-label={`${lab.role[role]}: ${name}`}>
        {ARROWS.map(([a, b]) => (
          <Way key={`${a} ${b}`} a={a} b={b} kind={a === from && b === here ? 'taken' : ''} />
        ))}
        {from !== undefined && here !== undefined && from !== here && !isAlong && (
          <Way a={from} b={here} kind={here === 'end' ? 'taken broken' : 'taken'} />
        )}
        {NODES.map((node) => (
          <Place
            key={node}
            node={node}
            isHere={node === here}
            isHarm={node === 'end' && !isAlong}
          />
        ))}
      </svg>
    </figure>
  );
};

const NODES = Object.keys(PLACES) as readonly Node[];

const nodeOf = (state: EndState, isOver: boolean): Node | undefined => {
  if (state === 'off') return undefined;
  return state === 'CLOSED' && isOver ? 'end' : state;
};

const Way = ({ a, b, kind }: { a: Node; b: Node; kind: string }) => {
  const [[x1, y1], [x2, y2]] = [PLACES[a], PLACES[b]];
  return <line class={`way ${kind}`} x1={x1} y1={y1} x2={x2} y2={y2} />;
};

const THREE: ReadonlySet<Node> = new Set<Node>(['FIN-WAIT-2', 'CLOSING', 'LAST-ACK']);

const Place = ({ node, isHere, isHarm }: { node: Node; isHere: boolean; isHarm: boolean }) => {
  const [x, y] = PLACES[node];
  const half = THREE.has(node) ? HALF.narrow : HALF.wide;
  return (
    <g class={`place ${isHere ? 'here' : ''} ${isHere && isHarm ? 'broken' : ''}`}>
      <rect x={x - half} y={y - 11} width={2 * half} height="22" rx="5" />
      <text x={x} y={y + 4} text-anchor="middle">
        {node === 'end' ? 'CLOSED' : node}
      </text>
    </g>
  );
};
