import { describe, expect, it } from 'vitest';
import type { LadderRow } from '../../forensics/verdict.ts';
import type { LadderEntry } from './ladder-data.ts';
import { planLadder, type LadderFocus } from './ladder-plan.ts';

const row = (frame: number, change: Partial<LadderRow> = {}): LadderRow => ({
  frame,
  atSeconds: frame / 1000,
  fromClient: true,
  flags: 16,
  seq: 1,
  ack: 1,
  rawSeq: 1,
  rawAck: 1,
  length: 100,
  window: 1024,
  ttl: 64,
  remark: undefined,
  ...change,
});

const plain = (from: number, to: number): LadderRow[] =>
  Array.from({ length: to - from + 1 }, (_, index) => row(from + index));

const NOTHING: LadderFocus = { frames: new Set(), repeats: new Set(), unfolded: new Set() };

/** `1 [2-7] 8`: frames, and stretches by their first and last. */
const shown = (entries: readonly LadderEntry[], focus: Partial<LadderFocus> = {}): string =>
  planLadder(entries, { ...NOTHING, ...focus })
    .items.map((item) => {
      if (item.kind === 'segment') return String(item.row.frame);
      if (item.kind === 'stretch') return `[${item.frame}+${item.to - item.from}]`;
      return item.kind === 'pause' ? `${item.seconds}s` : `-${item.count}-`;
    })
    .join(' ');

describe('what is seen of a ladder', () => {
  it('is all of a short one', () => {
    expect(shown(plain(1, 6))).toBe('1 2 3 4 5 6');
  });

  it('folds a long stretch between its first and its last segment', () => {
    expect(shown(plain(1, 10))).toBe('1 [2+8] 10');
  });

  it('never folds away a verdict or its evidence, nor SYN, FIN, or a first reset', () => {
    expect(shown(plain(1, 20), { frames: new Set([10]) })).toBe('1 [2+7] 9 10 11 [12+8] 20');
    const rows = [
      row(1, { flags: 2 }),
      ...plain(2, 9),
      row(10, { flags: 17 }),
      row(11, { flags: 4 }),
    ];
    expect(shown(rows)).toBe('1 2 [3+6] 9 10 11');
  });

  it('folds resets that only repeat another', () => {
    const train = Array.from({ length: 9 }, (_, index) => row(index + 1, { flags: 4 }));
    expect(shown(train)).toBe('1 2 3 4 5 6 7 8 9');
    const repeats = new Set(train.slice(1).map(({ frame }) => frame));
    expect(shown(train, { repeats, frames: new Set([1]) })).toBe('1 2 [3+6] 9');
  });

  it('tells what each end sent in a stretch', () => {
    const rows = plain(1, 10).map((one) => ({ ...one, fromClient: one.frame % 2 === 0 }));
    const [stretch] = planLadder(rows, NOTHING).stretches;
    // Frames 2 to 9: four of each, 100 bytes.
    expect(stretch).toMatchObject({ bytesFromClient: 400, bytesFromServer: 400, resets: 0 });
  });

  it('unfolds what somebody asked for, and still knows that it could be folded', () => {
    expect(shown(plain(1, 10), { unfolded: new Set([2]) })).toBe('1 2 3 4 5 6 7 8 9 10');
    const focus = { ...NOTHING, unfolded: new Set([2]) };
    expect(planLadder(plain(1, 10), focus).stretches).toHaveLength(1);
  });

  it('tells silences and what was left out, and folds nothing across them', () => {
    const late = plain(8, 14).map((one) => ({ ...one, atSeconds: one.atSeconds + 5 }));
    expect(shown([...plain(1, 7), ...late])).toBe('1 [2+5] 7 5.001s 8 [9+5] 14');
    expect(shown([...plain(1, 4), { omitted: 90 }, ...plain(95, 98)])).toBe(
      '1 2 3 4 -90- 95 96 97 98',
    );
  });

  it('shows of very many remarks the first and the last', () => {
    const again = plain(1, 60).map((one) => ({ ...one, remark: 'retransmission' }));
    expect(shown(again)).toMatch(/^1 2 3 4 5 6 7 8 9 \[10\+42\] 52 53 /);
  });
});
