import { describe, expect, it } from 'vitest';
import { onConnection } from '../verdicts.fixture.ts';
import { timelineOf } from './timeline.ts';

const group = (...seconds: readonly number[]) => ({
  verdicts: seconds.map((at, index) => onConnection(index + 1, { seconds: at, nanos: 0 })),
});
const at = ({ seconds }: { seconds: number }): number => seconds;

describe('verdicts over time', () => {
  it('are counted by group in stretches that a clock has', () => {
    // 600 s in fewer than 80 bars: 10 s each, and 61 of them with the one in which the last lies.
    const timeline = timelineOf([group(100, 104, 700), group(700)], at);
    expect(timeline).toMatchObject({ from: 100, seconds: 10 });
    expect(timeline?.bars).toHaveLength(61);
    expect(timeline?.bars[0]).toEqual([2, 0]);
    expect(timeline?.bars[60]).toEqual([1, 1]);
    expect(timeline?.bars.flat().reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('keep to as many bars over any time', () => {
    const year = 365 * 86_400;
    const bars = timelineOf([group(0, 1, 2, year * 20)], at)?.bars ?? [];
    expect(bars.length).toBeLessThanOrEqual(80);
    expect(bars.flat().reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('are not drawn where they are few, or came at once', () => {
    expect(timelineOf([group(1, 2, 3)], at)).toBeUndefined();
    expect(timelineOf([group(5, 5, 5, 5)], at)).toBeUndefined();
    expect(timelineOf([], at)).toBeUndefined();
  });
});
