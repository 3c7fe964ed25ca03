import { describe, expect, it } from 'vitest';
import { captureOf, dialogue } from '../../../test/dialogue.ts';
import { joinLate } from './joined-late.ts';
import { resetsIn } from './resets-in.ts';

const { c, s, opened } = dialogue();

describe('a reset, by its numbers', () => {
  it('that aborts: the ends of what both have sent, the window open', () => {
    const capture = captureOf([...opened, c(30, 'PA', 1, 1, 100), s(50, 'RA', 1, 101)]);
    expect(resetsIn(capture)).toEqual([
      {
        frame: 5,
        connection: 0,
        byOpener: false,
        withAck: true,
        seq: 'next',
        ack: 'next',
        seqOffset: 1,
        ackOffset: 101,
        zeroWindow: false,
      },
    ]);
  });

  it('that refuses: SEQ zero, ACK one past the SYN', () => {
    const refusal = s(5, 'RA', -5000, 1, 0, { window: 0 });
    const [reset] = resetsIn(captureOf([c(0, 'S', 0, 0), refusal]));
    expect(reset).toMatchObject({ seq: 'zero', seqOffset: undefined });
    expect(reset).toMatchObject({ ack: 'next', ackOffset: 1, zeroWindow: true });
  });

  it('that answers what nobody waits for: SEQ is what the offender acknowledged', () => {
    const frames = [...opened, s(30, 'PA', 1, 1, 10), c(40, 'PA', 1, 1, 5), s(50, 'R', 1, 0)];
    expect(resetsIn(captureOf(frames))[0]).toMatchObject({
      seq: 'acknowledged',
      seqOffset: 1,
      ack: 'none',
      ackOffset: undefined,
    });
  });

  it('of an earlier connection: how far its number lies from this one is chance', () => {
    const again = dialogue({ clientIss: 900_000 });
    const frames = [...opened, again.c(900, 'S', 0, 0), s(910, 'A', 1, -899_000 + 1)];
    const reset = c(920, 'R', 1, 0);
    expect(resetsIn(captureOf([...frames, reset]))[0]).toMatchObject({
      byOpener: true,
      seqOffset: undefined,
    });
  });

  it('counts connections in the order in which they begin', () => {
    const other = dialogue({ clientPort: 50_000 });
    const frames = [...opened, ...other.opened, other.s(60, 'RA', 1, 1), s(70, 'RA', 1, 1)];
    expect(resetsIn(captureOf(frames)).map(({ connection }) => connection)).toEqual([1, 0]);
  });
});

describe('a capture joined late', () => {
  it('lacks the handshake and nothing else; frames count from there', () => {
    const frames = [...opened, c(30, 'PA', 1, 1, 100), s(50, 'RA', 1, 101)];
    const { capture, frameNow } = joinLate(captureOf(frames));
    expect(capture).toEqual(captureOf(frames.slice(3)));
    expect(frameNow(5)).toBe(2);
  });

  it('still has what was refused: there is no middle to join', () => {
    const frames = [c(0, 'S', 0, 0), s(5, 'RA', -5000, 1)];
    expect(joinLate(captureOf(frames)).capture).toEqual(captureOf(frames));
  });

  it('still has an opening that was refused at first: without the second, a hole would be left', () => {
    const [syn, synAck, ack] = opened;
    const frames = [syn!, synAck!, c(12, 'R', 1, 0), c(15, 'S', 0, 0), synAck!, ack!];
    expect(joinLate(captureOf(frames)).capture).toEqual(captureOf(frames));
  });

  it('keeps the data that came with the last ACK of a handshake', () => {
    const [syn, synAck] = opened;
    const frames = [syn!, synAck!, c(20, 'PA', 1, 1, 8)];
    expect(joinLate(captureOf(frames)).capture).toEqual(captureOf(frames.slice(2)));
  });
});
