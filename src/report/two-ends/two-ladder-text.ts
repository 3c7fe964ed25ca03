import type { TwoLadderRow } from '../../forensics/two-ends/two-ladder.ts';
import type { Paint } from '../paint.ts';
import { padEnd, padStart, widthOf } from '../width.ts';
import type { TwoEndsWords } from './words.ts';

const RST = 4;
const FLAGS: readonly (readonly [number, string])[] = [
  [2, 'SYN'],
  [1, 'FIN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
];

/** Frame and time on either side. */
const PLACE = 20;

/**
 * Both ends' frames and times, and between them what became of each segment: one that was lost ends
 * midway, one that its host never sent begins there.
 */
export const twoLadderText = (
  rows: readonly TwoLadderRow[],
  names: { readonly client: string; readonly server: string },
  words: TwoEndsWords,
  paint: Paint,
  width: number,
): string[] => {
  const lane = Math.max(24, width - 2 * PLACE - 2);
  const head = `${padEnd(names.client, PLACE + lane + 2 - widthOf(names.server) + PLACE)}${names.server}`;
  return [head, ...rows.map((row) => rowText(row, lane, words, paint))];
};

const rowText = (row: TwoLadderRow, lane: number, words: TwoEndsWords, paint: Paint): string => {
  const isReset = (row.flags & RST) !== 0;
  const arrow = arrowOf(row, lane, words);
  const left = padEnd(placeText(row.frames.client, row.seconds.client), PLACE);
  const right = placeText(row.frames.server, row.seconds.server);
  return `${left}│${isReset || row.fate !== 'arrived' ? paint(isReset ? 'harm' : 'doubt', arrow) : arrow}│ ${right}`;
};

const placeText = (frame: number | undefined, seconds: number | undefined): string =>
  frame === undefined || seconds === undefined
    ? ''
    : `${padStart(String(frame), 7)} ${padStart(seconds.toFixed(6), 11)}`;

/** Rightwards from the client, leftwards from the server; broken where it did not go all the way. */
const arrowOf = (row: TwoLadderRow, lane: number, words: TwoEndsWords): string => {
  const { fate, from } = row;
  const isBroken = fate === 'lost' || fate === 'unsent';
  const label = ` ${segmentText(row)}${isBroken ? ` (${words.fate[fate]})` : ''} `;
  const room = lane - 1 - widthOf(label);
  const [before, after] = [Math.max(0, room >> 1), Math.max(0, room - (room >> 1))];
  const line = (columns: number, isThere: boolean): string => (isThere ? '─' : ' ').repeat(columns);
  // What was lost has its beginning, what was never sent its end.
  const nearSender = fate !== 'unsent';
  const nearReceiver = fate !== 'lost';
  return from === 'client'
    ? line(before, nearSender) + label + line(after, nearReceiver) + (nearReceiver ? '▶' : ' ')
    : (nearReceiver ? '◀' : ' ') + line(before, nearReceiver) + label + line(after, nearSender);
};

const segmentText = ({ flags, seq, ack, length }: TwoLadderRow): string => {
  const names = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, one]) => one);
  const acked = (flags & 16) === 0 ? '' : ` Ack=${ack}`;
  return `[${names.join(', ')}] Seq=${seq}${acked}${length > 0 ? ` Len=${length}` : ''}`;
};
