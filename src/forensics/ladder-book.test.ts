import { describe, expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { LadderBook, type KeptRow } from './ladder-book.ts';

const row = (frame: number): KeptRow => ({
  frame,
  atSeconds: frame,
  side: 0,
  flags: 16,
  rawSeq: 1,
  rawAck: 1,
  length: 0,
  window: 1,
  ttl: 64,
  remark: undefined,
});

/** Frames 1 to `last` in a book of 5 first and 10 newest rows: `1-5 (30) 36-45`. */
const kept = (last: number, ...frames: readonly number[]): string => {
  const book = new LadderBook({} as Connection, new Set(frames), 5, 10);
  for (let frame = 1; frame <= last; frame++) book.add(row(frame));
  const parts: string[] = [];
  let from = 0;
  let to = 0;
  const finish = () => {
    if (from > 0) parts.push(`${from}-${to}`);
    from = 0;
  };
  for (const one of book.rows()) {
    if ('omitted' in one) {
      finish();
      parts.push(`(${one.omitted})`);
    } else {
      if (from === 0) from = one.frame;
      to = one.frame;
    }
  }
  finish();
  return parts.join(' ');
};

describe('the rows kept of a connection', () => {
  it('are all of a short one', () => {
    expect(kept(15)).toBe('1-15');
  });

  it('are the first and the newest of a long one, and how many lay between', () => {
    expect(kept(16)).toBe('1-5 (1) 7-16');
    expect(kept(5000)).toBe('1-5 (4985) 4991-5000');
  });

  it('are, besides, those around a frame that must be shown', () => {
    // Six neighbours on both sides.
    expect(kept(100, 50)).toBe('1-5 (38) 44-56 (34) 91-100');
    expect(kept(100, 50, 55)).toBe('1-5 (38) 44-61 (29) 91-100');
    expect(kept(100, 8)).toBe('1-14 (76) 91-100');
  });

  it('stay bounded whatever must be shown', () => {
    const all = Array.from({ length: 3000 }, (_, index) => index + 1);
    expect(kept(3000, ...all)).toBe('1-205 (2785) 2991-3000');
  });
});
