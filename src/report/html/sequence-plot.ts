import type { LadderRow } from '../../forensics/verdict.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** A segment in the time-sequence plane of one direction. */
export interface PlotSegment {
  readonly frame: number;
  readonly at: number;
  /** Relative numbers of its first byte, and after its last. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'data' | 'again' | 'fin' | 'reset';
}

/** A step of the other end's line: what it acknowledged, or up to where it would take more. */
export interface PlotStep {
  readonly at: number;
  readonly seq: number;
}

export interface SequencePlot {
  readonly segments: readonly PlotSegment[];
  readonly acknowledged: readonly PlotStep[];
  readonly window: readonly PlotStep[];
  readonly end: number;
  readonly top: number;
}

/** What one end sent over time, and how far the other had acknowledged it and would take it. */
export const sequencePlot = (rows: readonly LadderRow[], fromClient: boolean): SequencePlot => {
  const segments: PlotSegment[] = [];
  const acknowledged: PlotStep[] = [];
  const window: PlotStep[] = [];
  let sent = -Infinity;
  for (const row of rows) {
    if (row.icmp !== undefined) continue;
    if (row.fromClient === fromClient) {
      const segment = segmentOf(row, sent);
      if (segment !== undefined) segments.push(segment);
      if (segment?.kind !== 'reset') sent = Math.max(sent, row.seq + row.length);
    } else if ((row.flags & (ACK | RST)) === ACK) {
      acknowledged.push({ at: row.atSeconds, seq: row.ack });
      window.push({ at: row.atSeconds, seq: row.ack + row.window });
    }
  }
  const end = Math.max(0, ...rows.map((row) => row.atSeconds));
  const tops = [...segments.map(({ to }) => to), ...acknowledged.map(({ seq }) => seq)];
  return { segments, acknowledged, window, end, top: Math.max(1, ...tops) };
};

const segmentOf = (row: LadderRow, sent: number): PlotSegment | undefined => {
  const { frame, flags, seq, length } = row;
  const at = { frame, at: row.atSeconds, from: seq, to: seq + length };
  if ((flags & RST) !== 0) return { ...at, kind: 'reset' };
  if ((flags & FIN) !== 0) return { ...at, to: seq + length + 1, kind: 'fin' };
  if (length === 0 || (flags & SYN) !== 0) return undefined;
  return { ...at, kind: seq + length <= sent ? 'again' : 'data' };
};

/** Round numbers within a range, some `wanted` of them. */
export const ticks = (from: number, to: number, wanted: number): number[] => {
  if (to <= from) return [from];
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first;
  return Array.from({ length: Math.max(0, count + 1) }, (_, index) => (first + index) * step);
};
