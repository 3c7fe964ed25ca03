import type { LadderRow } from '../../forensics/verdict.ts';
import type { States } from '../../report/html/states.ts';
import { flagNames } from '../../report/ladder.ts';
import { grouped } from '../../report/numbers.ts';
import { useWords } from './words.ts';

/** All that is known of one segment, both numberings side by side. */
export const SegmentDetail = (props: { row: LadderRow; states: States | undefined }) => {
  const { row, states } = props;
  const { page, words } = useWords();
  const { segment } = page;
  const cells: [string, string][] = [
    [segment.time, `${row.atSeconds.toFixed(6)} ${words.ladder.time}`],
    [segment.ttl, String(row.ttl)],
  ];
  if (row.icmp === undefined) {
    cells.push([segment.seq, numbered(row.seq, row.rawSeq)]);
    if ((row.flags & 16) !== 0) cells.push([segment.ack, numbered(row.ack, row.rawAck)]);
    cells.push([segment.window, grouped(row.window)], [segment.length, grouped(row.length)]);
  }
  if (states !== undefined) {
    cells.push([segment.states, `${states.client ?? '?'} · ${states.server ?? '?'}`]);
  }
  return (
    <div class="detail" role="status">
      <p>
        <b>{segment.title(row.frame)}</b> {segment.from(row.fromClient ? 'client' : 'server')}{' '}
        <code>{row.icmp === undefined ? flagNames(row.flags) : `ICMP ${row.icmp}`}</code>
      </p>
      <dl>
        {cells.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.payload !== undefined && (
        <>
          <p class="label">{segment.payload}</p>
          <pre>{dumpOf(row.payload)}</pre>
        </>
      )}
    </div>
  );
};

const numbered = (relative: number, absolute: number): string =>
  relative === absolute ? String(absolute) : `${relative} (${absolute})`;

const PER_LINE = 16;

/** Sixteen bytes a line, as numbers and as letters. */
const dumpOf = (bytes: Uint8Array): string => {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const line = [...bytes.subarray(at, at + PER_LINE)];
    const numbers = line.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = line.map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·',
    );
    lines.push(
      `${at.toString(16).padStart(4, '0')}  ${numbers.padEnd(3 * PER_LINE)} ${letters.join('')}`,
    );
  }
  return lines.join('\n');
};
