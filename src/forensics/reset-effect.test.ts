import { describe, expect, it } from 'vitest';
import { verdictsOn } from '../../test/captures.ts';
import { captureOf, dialogue } from '../../test/dialogue.ts';
import type { Frame } from '../../test/packets.ts';

/** What a reset does to its receiver: RFC 5961 §3.2, RFC 9293 §3.10.7.3, Linux tcp_reset. */

const verdictOn = (frames: readonly Frame[]) => {
  const verdicts = verdictsOn(captureOf(frames));
  expect(verdicts, 'one reset, one verdict').toHaveLength(1);
  return verdicts[0]!;
};

/** Initial sequence numbers: plain, and such that the data runs over 2^31, and over 2^32. */
const BEGINNINGS = [5000, 2 ** 31 - 60, 2 ** 32 - 60];

describe.each(BEGINNINGS)('an open connection, RCV.NXT 101, window 64000, ISS %i', (serverIss) => {
  const { c, s, opened } = dialogue({ serverIss });
  const talk = [...opened, c(30, 'PA', 1, 1, 10), s(50, 'PA', 1, 11, 100), c(60, 'A', 11, 101)];

  it.each([
    ['exactly RCV.NXT', 101, 'accepted'],
    ['one above', 102, 'challenged'],
    ['in the middle', 32_000, 'challenged'],
    ['the upper edge, which Linux takes in (tcp_sequence)', 64_101, 'challenged'],
    ['one beyond the edge', 64_102, 'ignored'],
    ['one below', 100, 'ignored'],
    ['the initial number', 0, 'ignored'],
    ['half the number space away', 2 ** 31 + 50, 'ignored'],
  ])('%s (%i): %s', (_where, seq, effect) => {
    const { effect: found, apps } = verdictOn([...talk, s(200, 'RA', seq, 11)]);
    expect(found).toBe(effect);
    const saw = { read: 'ECONNRESET', write: 'EPIPE' };
    const nothing = { read: 'nothing', write: 'nothing' };
    expect(apps.receiver).toEqual(effect === 'accepted' ? saw : nothing);
  });
});

describe('window scale (RFC 7323 §2.2)', () => {
  const scale = (shift: number) => [1, 3, 3, shift];
  /** The client's window of 500 is meant in units of 128, if both ends have said so. */
  const talk = (serverSays: readonly number[], seq: number) => {
    const { c, s } = dialogue();
    return [
      c(0, 'S', 0, 0, 0, { window: 500, options: scale(7) }),
      s(10, 'SA', 0, 1, 0, { options: serverSays }),
      c(20, 'A', 1, 1, 0, { window: 500 }),
      s(100, 'RA', seq, 1),
    ];
  };

  it.each([
    ['scaled', scale(7), 1 + 64_000, 'challenged'],
    ['scaled, beyond', scale(7), 1 + 64_001, 'ignored'],
    ['scaled although the other end scales by nothing', scale(0), 1 + 64_000, 'challenged'],
    ['not scaled, for the other end never offered it', [], 1 + 500, 'challenged'],
    ['not scaled, beyond', [], 1 + 501, 'ignored'],
  ])('%s', (_name, serverSays, seq, effect) => {
    expect(verdictOn(talk(serverSays, seq)).effect).toBe(effect);
  });

  it('never scales the window of a SYN', () => {
    const { c, s } = dialogue();
    const options = scale(7);
    const frames = [
      c(0, 'S', 0, 0, 0, { window: 500, options }),
      s(10, 'SA', 0, 1, 0, { options, window: 500 }),
      // To the server, whose only window yet is that of its SYN,ACK.
      c(20, 'A', 1, 1),
      c(90, 'RA', 1 + 501, 1),
    ];
    expect(verdictOn(frames).effect).toBe('ignored');
  });

  it('takes a shift above 14 as 14', () => {
    const { c, s } = dialogue();
    const talkTo = (seq: number) => [
      c(0, 'S', 0, 0, 0, { options: scale(30) }),
      s(10, 'SA', 0, 1, 0, { options: scale(7) }),
      c(20, 'A', 1, 1, 0, { window: 1 }),
      s(90, 'RA', seq, 1),
    ];
    expect(verdictOn(talkTo(1 + 16_384)).effect).toBe('challenged');
    expect(verdictOn(talkTo(1 + 16_385)).effect).toBe('ignored');
  });
});

describe('a receiver in SYN-SENT', () => {
  const { c, s } = dialogue();
  it.each([
    ['RST,ACK of its SYN', s(10, 'RA', -5000, 1, 0, { window: 0 }), 'accepted', 'ECONNREFUSED'],
    ['RST,ACK of something else', s(10, 'RA', -5000, 7, 0, { window: 0 }), 'ignored', 'nothing'],
    ['RST without ACK', s(10, 'R', -5000, 0), 'ignored', 'nothing'],
  ])('%s: %s', (_name, reset, effect, read) => {
    const verdict = verdictOn([c(0, 'S', 0, 0), reset]);
    expect([verdict.effect, verdict.apps.receiver.read]).toEqual([effect, read]);
  });
});

describe('a receiver that has had a FIN', () => {
  const { c, s, opened } = dialogue();
  const closed = [...opened, c(30, 'PA', 1, 1, 10), s(50, 'PA', 1, 11, 100), c(60, 'A', 11, 101)];
  const fin = [...closed, s(70, 'FA', 101, 11), c(80, 'A', 11, 102)];

  it('takes RCV.NXT, and RCV.NXT-1 too (tcp_reset_check); its application reads the end first', () => {
    for (const seq of [102, 101]) {
      const verdict = verdictOn([...fin, s(200, 'RA', seq, 11)]);
      expect(verdict.effect).toBe('accepted');
      expect(verdict.apps.receiver).toEqual({ read: 'EOF', write: 'EPIPE' });
    }
    expect(verdictOn([...fin, s(200, 'RA', 100, 11)]).effect).toBe('ignored');
  });

  it('does not take RCV.NXT-1 without a FIN', () => {
    expect(verdictOn([...closed, s(200, 'RA', 100, 11)]).effect).toBe('ignored');
  });
});

describe('after a reset that was obeyed', () => {
  it('a second one meets nobody', () => {
    const { c, s, opened } = dialogue();
    const frames = [...opened, c(30, 'PA', 1, 1, 10), s(40, 'RA', 1, 11), s(41, 'RA', 1, 11)];
    const verdicts = verdictsOn(captureOf(frames));
    expect(verdicts.map(({ effect }) => effect)).toEqual(['accepted', 'ignored']);
  });

  it('two that cross meet nobody, either of them', () => {
    const { c, s, opened } = dialogue();
    const talk = [...opened, c(30, 'PA', 1, 1, 10), s(50, 'PA', 1, 11, 5), c(60, 'A', 11, 6)];
    const verdicts = verdictsOn(captureOf([...talk, c(90, 'RA', 11, 6), s(95, 'RA', 6, 11)]));
    expect(verdicts.map(({ effect }) => effect)).toEqual(['ignored', 'ignored']);
    expect(verdicts.map(({ apps }) => apps.receiver.read)).toEqual(['nothing', 'nothing']);
  });
});

describe('after a reset that was not obeyed', () => {
  it('the next is judged on its own', () => {
    const { c, s, opened } = dialogue();
    const talk = [...opened, c(30, 'PA', 1, 1, 10), s(50, 'PA', 1, 11, 100), c(60, 'A', 11, 101)];
    const forged = { ttl: 40 };
    const verdicts = verdictsOn(
      captureOf([
        ...talk,
        s(100, 'R', 5e5, 0, 0, forged),
        s(200, 'R', 201, 0, 0, forged),
        c(201, 'A', 11, 101),
        s(300, 'R', 101, 0, 0, forged),
      ]),
    );
    expect(verdicts.map(({ effect }) => effect)).toEqual(['ignored', 'challenged', 'accepted']);
  });
});
