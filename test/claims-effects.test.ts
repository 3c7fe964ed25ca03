import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../src/causes/catalogue.ts';
import { compareClosings } from '../src/lab/compare.ts';
import { wordsIn } from '../src/report/words.ts';
import { ACK, RST, SYN } from '../src/wire/packet.ts';
import { causes, has, kinds, play, resets, rowsAt, sent, told } from './played.ts';
import { read } from './tree.ts';

/** What a reset does, how it is lost, what applications see of it: each claim, as in `claims.test.ts`. */

describe('building, losing and receiving a reset', () => {
  it('B1: a reset tells its event, decision, numbers and segment', () => {
    const [event] = sent(play('close-with-unread-data', 'by-server'));
    expect(event).toMatchObject({
      kind: 'sent',
      cause: 'close-with-unread-data',
      state: 'ESTABLISHED',
      rule: { source: 'RFC 9293 §3.6.1', claim: 'A10' },
    });
    expect(event?.reset.seq).toBe(event?.variables?.sndNxt);
    expect(event?.reset.ack).toBe(event?.variables?.rcvNxt);
  });

  it('B2: a reset has no data, and nothing answers it', () => {
    const rows = rowsAt(play('linger-zero', 'by-server'), 'server');
    expect(resets(rows).map(({ length }) => length)).toEqual([0]);
    expect(has(rows.at(-1)!, RST)).toBe(true);
    // Nor two that cross.
    const crossing = play('linger-zero', 'crossing');
    expect(resets(rowsAt(crossing, 'client')).length).toBe(2);
    expect(sent(crossing).length).toBe(2);
  });

  it('B3: only the exact number resets; in the window it is challenged, outside ignored', () => {
    expect(kinds(play('reset-ignored', 'inside'), 'client')).toEqual(['challenged']);
    expect(kinds(play('reset-ignored', 'outside'), 'client')).toEqual(['ignored']);
    const older = play('reset-ignored', 'rfc793');
    expect(kinds(older, 'client')).toContain('received');
    expect(told(older, 'client').at(-1)).toBe('read: ECONNRESET');
  });

  it('B4: who sends a reset is CLOSED at once, and its unsent data is gone', () => {
    const run = play('linger-zero', 'unsent');
    const rows = rowsAt(run, 'server');
    const at = rows.findIndex((row) => has(row, RST));
    expect(rows.slice(at + 1).filter((row) => !row.fromClient && row.length > 0)).toEqual([]);
    const [event] = sent(run);
    expect(event?.variables?.unacknowledged).toBeGreaterThan(0);
  });

  it('B5: a lost reset: the next segment draws another; if all are lost the peer gives up', () => {
    expect(causes(play('repeated-reset', 'once'))).toEqual([
      'close-with-unread-data',
      'repeated-reset',
    ]);
    expect(causes(play('repeated-reset', 'twice'))).toEqual([
      'close-with-unread-data',
      'repeated-reset',
      'repeated-reset',
    ]);
    expect(told(play('repeated-reset', 'all'), 'client').at(-1)).toBe('read: ETIMEDOUT');
  });

  it('B6: a reset ends TIME-WAIT, unless tcp_rfc1337 is set', () => {
    const ends = play('time-wait-collision', 'lower', { timestamps: false });
    expect(told(ends, 'second')[0]).toBe('connect: ok');
    const stays = play('time-wait-collision', 'rfc1337', { timestamps: false });
    expect(told(stays, 'second')[0]).toBe('connect: nothing');
    expect(causes(stays).length).toBeGreaterThan(1);
    expect(kinds(stays, 'server')).toContain('ignored');
  });

  it('B7: FIN and RST side by side, from two runs', () => {
    const table = compareClosings({
      facts: CATALOGUE,
      words: wordsIn('en'),
      paint: (_tone, line) => line,
      width: 100,
      all: true,
    });
    expect(table).toMatch(/With FIN +With RST/);
    // Told, and delivered whole; not told, and cut off.
    expect(table).toMatch(/Acknowledged +✓ +–/);
    expect(table).toMatch(/30000 bytes, 30000 +30000 bytes, [12]\d{4}\n/);
    expect(table).toMatch(/EOF[^]*ECONNRESET/);
  });
});

describe('what applications see', () => {
  it('D1: connect() to a closed port: ECONNREFUSED', () => {
    expect(told(play('closed-port', 'nobody'), 'client')[0]).toBe('connect: ECONNREFUSED');
  });

  it('D2: read() after a reset: ECONNRESET once, then EOF, and it knows the reset', () => {
    const run = play('linger-zero', 'by-server');
    const reads = run.calls.filter(({ socket, call }) => socket === 'client' && call === 'read');
    expect(reads.slice(-2).map(({ outcome }) => outcome)).toEqual(['ECONNRESET', 'EOF']);
    expect(reads.at(-2)?.because).toBeDefined();
  });

  it('D3: write() after a reset: EPIPE, and SIGPIPE, which kills who heeds it', () => {
    expect(told(play('linger-zero', 'by-server'), 'client').at(-1)).toBe('write: EPIPE');
    expect(told(play('linger-zero', 'sigpipe'), 'client').at(-1)).toBe('write: killed by SIGPIPE');
  });

  it.each([
    ['program-linger-zero', 'linger-zero', RST | ACK],
    ['program-partial-read', 'close-with-unread-data', RST | ACK],
    ['program-close-after-read', 'data-after-close', RST],
    ['program-no-listener', 'closed-port', RST | ACK],
  ])('D4: %s behaves as the captures show', (id, cause, flags) => {
    const run = play(id, 'as-told');
    expect(causes(run)).toEqual([cause]);
    expect(resets(rowsAt(run, 'client')).map((row) => row.flags)).toEqual([flags]);
  });
});

describe('seeing it', () => {
  it('E1: every segment has a number, time, direction, flags, seq, ack and length', () => {
    const rows = rowsAt(play('close-with-unread-data', 'by-server'), 'client');
    expect(
      rows
        .slice(0, 4)
        .map(({ frame, fromClient, flags, seq, ack, length }) => [
          frame,
          fromClient,
          flags,
          seq,
          ack,
          length,
        ]),
    ).toEqual([
      [1, true, SYN, 0, 0, 0],
      [2, false, SYN | ACK, 0, 1, 0],
      [3, true, ACK, 1, 1, 0],
      [4, true, ACK | 8, 1, 1, 962],
    ]);
    const times = rows.map(({ atSeconds }) => atSeconds);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

it('every claim has its test, which begins with its id', () => {
  const tests = ['test/claims.test.ts', 'test/claims-effects.test.ts'].map(read).join('\n');
  const rows = (letter: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);
  const claims = [...rows('A', 25), ...rows('B', 7), ...rows('D', 4), ...rows('E', 1)];
  expect(claims.filter((id) => !tests.includes(`'${id}: `))).toEqual([]);
});
