import { describe, expect, it } from 'vitest';
import { type Paint, unpainted } from '../paint.ts';
import { PLAIN_FACTS, verdict } from '../verdicts.fixture.ts';
import { widthOf } from '../width.ts';
import { wordsIn } from '../words.ts';
import { watchScreen } from './screen.ts';
import type { KernelWord } from './kernel-word.ts';
import type { Watched, WatchState } from './state.ts';
import { watchWordsIn } from './words.ts';

const kernel: KernelWord = {
  kind: 'sent',
  reason: 'TCP_ABORT_ON_CLOSE',
  state: 'TCP_CLOSE',
  process: { name: 'nginx', pid: 4711 },
  agrees: 'cause',
};
const one: Watched = {
  verdict: verdict({ cause: 'linger-zero', sender: '10.0.0.2:8080', receiver: '10.0.0.1:40000' }),
  kernel,
};

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
  paint: Paint = unpainted,
) =>
  watchScreen(
    state(change),
    PLAIN_FACTS,
    { words: wordsIn(language), watch: watchWordsIn(language), paint },
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
    for (const last of [state().last, [one, one, one]]) {
      const lines = screen({ ...long, last }, width, height, language);
      expect(lines.length).toBeLessThanOrEqual(height);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
  });

  it('shows a verdict in two lines where one would not hold both ends and the kernel', () => {
    const who = '10.0.0.2:8080 reset 10.0.0.1:40000  kernel: TCP_ABORT_ON_CLOSE nginx/4711';
    const wide = screen({ last: [one] }, 140);
    expect(wide.find((line) => line.includes(who))).toMatch(/^\d\d:.*linger-zero .* TCP_CLOSE$/);
    const narrow = screen({ last: [one] }, 80);
    const second = narrow.findIndex((line) => line.startsWith(`  ${who}`));
    expect(narrow[second - 1]).toMatch(/^\d\d:\d\d:\d\d\.\d{3}Z {2}linger-zero /);
  });

  it('keeps the colours of what it cuts', () => {
    const marked: Paint = (tone, text) => `<${tone}>${text}</>`;
    const lines = screen({ last: [one] }, 60, 24, 'en', marked);
    const cut = lines.find((line) => line.includes('kernel'));
    expect(cut).toBe('  10.0.0.2:8080 reset 10.0.0.1:40000  <faint>kernel: TCP_ABORT_ON_…</>');
  });

  it('on a small terminal still shows the newest reset, whole numbers, and how to end', () => {
    const bad = { dropped: 5, last: [...state().last, one] };
    const lines = screen(bad, 40, 16);
    expect(lines).toContain('  10.0.0.2:8080 reset 10.0.0.1:40000');
    expect(lines.at(-1)).toBe('Ctrl-C ends');
    expect(lines.join(' ')).toContain('17 in the last minute');
    // Three letters of a title say nothing.
    expect(lines).toContain('   1,038  linger-zero');
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
