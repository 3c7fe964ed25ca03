import { describe, expect, it } from 'vitest';
import { ladder } from '../verdicts.fixture.ts';
import { drawLadder, ladderGeometry, type LadderCaption } from './ladder-drawing.ts';
import { isSegment } from './ladder-data.ts';
import { planLadder } from './ladder-plan.ts';
import { statesAlong } from './states.ts';

const { rows: entries } = ladder();
const focus = {
  frames: new Set<number>(),
  repeats: new Set<number>(),
  unfolded: new Set<number>(),
};
const plan = planLadder(entries, focus);
const states = statesAlong(entries.filter(isSegment), new Map());

const drawn = (width: number, caption: Partial<LadderCaption> = {}, scale = 1) =>
  drawLadder(entries, plan.items, states, ladderGeometry(entries, width, scale), () => ({
    parts: ['[PSH, ACK] Seq=14481 Ack=318 Win=64240 Len=1448', 'HTTP POST'],
    notes: [],
    ...caption,
  }));

const tenths = (length: number): number => Math.round(length * 10) / 10;

describe('the drawing of a ladder', () => {
  it('stacks its lines without overlap, down to its height', () => {
    const { items, height } = drawn(1000);
    items.forEach(({ top, height: own }, index) => {
      expect(top + own).toBeLessThanOrEqual((items[index + 1]?.top ?? height) + 1e-9);
    });
    expect(items).toHaveLength(entries.length);
  });

  it('keeps everything within its width, on a phone too', () => {
    for (const width of [320, 360, 719, 720, 1080]) {
      const { geometry } = drawn(width, {}, 1.5);
      const { frameX, timeX, clientX, serverX } = geometry;
      expect(frameX).toBeLessThanOrEqual(timeX);
      expect(timeX).toBeLessThan(clientX);
      expect(clientX).toBeLessThan(serverX);
      expect(serverX).toBeLessThan(width);
    }
  });

  it('breaks a caption that does not fit, never within the flags', () => {
    expect(drawn(1000).items[0]?.lines).toHaveLength(1);
    const { items, geometry } = drawn(360);
    const lines = (items[0]?.lines ?? []).map((parts) => parts.join());
    expect(lines[0]).toMatch(/^\[PSH, ACK\] /);
    expect(lines.at(-1)).toBe('HTTP POST');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(geometry.letters);
  });

  it('sets what both ends saw side by side where there is room, else below one another', () => {
    const notes = [
      { of: 'client', text: 'Client saw: read: ECONNRESET; write: EPIPE' },
      { of: 'server', text: 'Server saw: no error' },
    ] as const;
    const linesOf = (width: number) =>
      drawn(width, { notes }).items[0]?.notes.map(({ line }) => line);
    expect(linesOf(1000)).toEqual([0, 0]);
    expect(linesOf(360)).toEqual([0, 1]);
  });

  it('names a state where the segment passes that proves it', () => {
    const { lifelines, items } = drawn(1000);
    expect(lifelines.client.map(({ state }) => state)).toEqual([
      undefined,
      'SYN-SENT',
      'ESTABLISHED',
      'CLOSED',
    ]);
    expect(lifelines.client[1]?.from).toBe(items[0]?.arrowY);
    expect(lifelines.client.at(-1)?.from).toBe(items.at(-1)?.arrowY);
  });

  it('draws a window as wide as it is open, and none of an end that is closed', () => {
    const { bands, geometry, items } = drawn(1000);
    // The server's window, 65,160 bytes, is the largest: it takes the whole width.
    expect(bands.server).toContain(`H${tenths(geometry.serverX - 26)}`);
    // 5,792 bytes later: the square root of its part, 26 * sqrt(5792 / 65160) = 7.75.
    expect(bands.server).toContain(`H${tenths(geometry.serverX - 7.751)}`);
    const end = tenths(items.at(-1)?.arrowY ?? 0);
    expect(bands.server).toContain(`V${end}H${tenths(geometry.serverX)}`);
  });
});
