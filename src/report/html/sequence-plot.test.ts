import { describe, expect, it } from 'vitest';
import type { LadderRow } from '../../forensics/verdict.ts';
import { sequencePlot, ticks } from './sequence-plot.ts';

const row = (change: Partial<LadderRow>): LadderRow => ({
  frame: 1,
  atSeconds: 0,
  fromClient: true,
  flags: 16,
  seq: 1,
  ack: 1,
  rawSeq: 1,
  rawAck: 1,
  length: 0,
  window: 500,
  ttl: 64,
  remark: undefined,
  ...change,
});

describe('sequence numbers over time', () => {
  const rows = [
    row({ flags: 2, seq: 0 }),
    row({ frame: 4, atSeconds: 1, length: 100 }),
    row({ frame: 5, atSeconds: 2, seq: 1, length: 100 }),
    row({ frame: 6, atSeconds: 3, fromClient: false, ack: 101 }),
    row({ frame: 7, atSeconds: 4, seq: 101, flags: 17 }),
    row({ frame: 8, atSeconds: 5, seq: 102, flags: 4 }),
    row({ frame: 9, atSeconds: 6, fromClient: false, flags: 0, icmp: '3/1' }),
  ];

  it('are those of one end, what was sent twice marked, SYN and pure ACKs left out', () => {
    const { segments } = sequencePlot(rows, true);
    expect(segments.map(({ frame, from, to, kind }) => [frame, from, to, kind])).toEqual([
      [4, 1, 101, 'data'],
      [5, 1, 101, 'again'],
      [7, 101, 102, 'fin'],
      [8, 102, 102, 'reset'],
    ]);
  });

  it('stand against what the other acknowledged, and would take', () => {
    const { acknowledged, window } = sequencePlot(rows, true);
    expect(acknowledged).toEqual([{ at: 3, seq: 101 }]);
    expect(window).toEqual([{ at: 3, seq: 601 }]);
  });

  it('have round numbers at their axes', () => {
    expect(ticks(0, 47, 5)).toEqual([0, 10, 20, 30, 40]);
    expect(ticks(1, 102_000, 4)).toEqual([50_000, 100_000]);
    expect(ticks(3, 3, 4)).toEqual([3]);
  });
});
