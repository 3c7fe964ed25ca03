import { describe, expect, it } from 'vitest';
import { unpainted } from '../paint.ts';
import { PLAIN_FACTS, verdict } from '../verdicts.fixture.ts';
import { widthOf } from '../width.ts';
import { wordsIn } from '../words.ts';
import { watchScreen } from './screen.ts';
import type { WatchState } from './state.ts';
import { watchWordsIn } from './words.ts';

const state = (change: Partial<WatchState> = {}): WatchState => ({
  source: 'eth0',
  elapsedSeconds: 3725,
  packetsPerSecond: 12_345,
  followed: 678,
  resets: 1041,
  failures: 2,
  lastMinute: 17,
  byCause: new Map([
    ['closed-port', 3],
    ['linger-zero', 1038],
  ]),
  last: Array.from({ length: 50 }, (_, index) => ({
    verdict: verdict({ frame: index + 1, seconds: 1_767_323_045 + index, nanos: 0 }),
    kernel: undefined,
  })),
  dropped: 0,
  kernelSilent: undefined,
  ...change,
});
const screen = (
  change: Partial<WatchState>,
  width = 100,
  height = 24,
  language: 'en' | 'zh' = 'en',
) =>
  watchScreen(
    state(change),
    PLAIN_FACTS,
    wordsIn(language),
    watchWordsIn(language),
    unpainted,
    width,
    height,
  );

describe('a screen', () => {
  it.each([
    [100, 24, 'en'],
    [40, 12, 'en'],
    [20, 6, 'zh'],
    [200, 60, 'zh'],
  ] as const)('fits a terminal of %i columns and %i lines (%s)', (width, height, language) => {
    const long = { source: 'x'.repeat(300), dropped: 5, kernelSilent: 'y'.repeat(300) };
    const lines = screen(long, width, height, language);
    expect(lines.length).toBeLessThanOrEqual(height);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('shows rates, the commonest causes first, and the newest resets last', () => {
    const text = screen({}).join('\n');
    expect(text).toContain('eth0: 12,345 packets/s, 678 connections');
    expect(text).toContain('1,041 resets and 2 failures in 1:02:05, 17 in the last minute');
    expect(text.indexOf('linger-zero')).toBeLessThan(text.indexOf('closed-port'));
    const newest = new Date((1_767_323_045 + 49) * 1000).toISOString().slice(11, 19);
    expect(screen({}).findLast((line) => /^\d\d:/.test(line))).toContain(newest);
  });

  it('says when packets were lost, and only then', () => {
    expect(screen({}).join('\n')).not.toContain('dropped');
    expect(screen({ dropped: 1200 }).join('\n')).toContain('1,200 packets were dropped');
  });

  it('is calm where nothing has happened yet', () => {
    const lines = screen({ byCause: new Map(), last: [], resets: 0, failures: 0, lastMinute: 0 });
    expect(lines.join('\n')).toContain('No reset yet.');
  });
});
