import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { FIN } from '../wire/packet.ts';
import { distance } from '../wire/sequence.ts';
import { Pair } from './pair.fixture.ts';
import { send, shutdown } from './user-calls.ts';

const bytes = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff);

/** Offsets in the stream at which the client's segments with text begin, in the order sent. */
const offsets = (pair: Pair, start: number): number[] =>
  pair.sent.client.filter((s) => s.payloadLength > 0).map((s) => distance(s.seq, start));

describe('a bulk transfer', () => {
  it('arrives whole over a perfect link, each segment sent once and 1448 bytes long', () => {
    const pair = new Pair();
    const start = pair.client.sndNxt;
    const data = bytes(200_000);
    expect(pair.transfer(data, 60_000)).toEqual(data);
    const sent = offsets(pair, start);
    expect(sent).toEqual(Array.from({ length: 139 }, (_, at) => at * 1448));
  });

  it('begins with ten segments (RFC 6928) and doubles each round trip (RFC 5681)', () => {
    const pair = new Pair({ delayMs: 50 });
    const began = pair.now;
    send(pair.client, bytes(100_000), 0, 100_000, pair.now);
    expect(pair.sent.client).toHaveLength(10);
    pair.run(began + 100);
    // Ten are acknowledged: twenty may be on the way.
    expect(pair.sent.client).toHaveLength(30);
  });

  it('survives losses, reordering and duplicates in any mix, with and without SACK, RACK, timestamps', () => {
    const wishes = fc.record({
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      sack: fc.constantFrom(0, 1),
      timestamps: fc.constantFrom(0, 1),
      recovery: fc.constantFrom(0, 1),
      loss: fc.constantFrom(0, 0.02, 0.1, 0.2),
      jitterMs: fc.constantFrom(0, 5, 60),
      algorithm: fc.constantFrom<'cubic' | 'reno'>('cubic', 'reno'),
      length: fc.integer({ min: 1, max: 120_000 }),
    });
    const arrives = fc.property(wishes, (wish) => {
      let state = wish.seed;
      const random = (): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
        return (state >>> 8) / 0x80_0000;
      };
      const pair = new Pair({
        algorithm: wish.algorithm,
        settle: (settings) => {
          settings.tcp_sack = wish.sack;
          settings.tcp_timestamps = wish.timestamps;
          settings.tcp_recovery = wish.recovery;
          // Else many losses in a row would take longer than the transfer is given.
          settings.tcp_rto_max_ms = 2000;
        },
      });
      const fate = (): number | 'lost' =>
        random() < wish.loss ? 'lost' : 10 + random() * wish.jitterMs;
      pair.fates.client = fate;
      pair.fates.server = fate;
      const data = bytes(wish.length);
      const got = pair.transfer(data, 3_600_000);
      // Bytes are compared by hand: the matcher takes longer than the transfer.
      expect(got).toHaveLength(data.length);
      expect(got.findIndex((byte, at) => byte !== data[at])).toBe(-1);
    });
    holds(arrives, 100);
  });
});

describe('a lost segment', () => {
  it('goes again after duplicate ACKs, once, long before RTO, and the window is halved (SACK, RACK)', () => {
    const pair = new Pair({ delayMs: 50 });
    const start = pair.client.sndNxt;
    pair.fates.client = (_, count) => (count === 3 ? 'lost' : 50);
    const began = pair.now;
    send(pair.client, bytes(14_480), 0, 14_480, pair.now);
    pair.run(began + 140);
    // Ten segments, and the third once more, when the round trip of those behind it was over.
    expect(offsets(pair, start)).toEqual([
      ...Array.from({ length: 10 }, (_, at) => at * 1448),
      2896,
    ]);
    expect(pair.client.recovery).toBe('recovery');
    // Two segments were acknowledged before, each a segment of growth in slow start: 12, halved.
    expect(pair.client.ssthresh).toBe(6 * 1448);
    pair.run(began + 300);
    expect(pair.client.sndUna).toBe(pair.client.sndNxt);
    expect(pair.client.recovery).toBe('open');
    expect(pair.client.cwnd).toBe(6 * 1448);
  });

  it('goes again at the third duplicate ACK without SACK (RFC 6582)', () => {
    const pair = new Pair({ delayMs: 50, settle: (s) => void (s.tcp_sack = 0) });
    const start = pair.client.sndNxt;
    pair.fates.client = (_, count) => (count === 3 || count === 5 ? 'lost' : 50);
    const began = pair.now;
    send(pair.client, bytes(14_480), 0, 14_480, pair.now);
    pair.run(began + 140);
    expect(offsets(pair, start).slice(10)).toEqual([2 * 1448]);
    // The partial acknowledgement shows the second hole, without any duplicate of its own.
    pair.run(began + 240);
    expect(offsets(pair, start).slice(10)).toEqual([2 * 1448, 4 * 1448]);
    pair.run(began + 400);
    expect(pair.client.sndUna).toBe(pair.client.sndNxt);
  });

  it('at the tail is found by a probe after two round trips, not by RTO (RFC 8985 §7)', () => {
    const pair = new Pair({ delayMs: 50 });
    const start = pair.client.sndNxt;
    pair.fates.client = (_, count) => (count === 3 || count === 4 ? 'lost' : 50);
    const began = pair.now;
    send(pair.client, bytes(4 * 1448), 0, 4 * 1448, pair.now);
    // The ACK of the second at 100 ms; from there two smoothed round trips of 100 ms, and two ticks.
    pair.run(began + 301);
    expect(offsets(pair, start)).toHaveLength(4);
    pair.run(began + 303);
    expect(offsets(pair, start).slice(4)).toEqual([3 * 1448]);
    // The probe's SACK shows the third as lost: no time-out was needed for either.
    pair.run(began + 600);
    expect(offsets(pair, start).slice(4)).toEqual([3 * 1448, 2 * 1448]);
    expect(pair.client.sndUna).toBe(pair.client.sndNxt);
  });

  it('is not made of reordering within a quarter of a round trip, once that was seen (RFC 8985 §6.2)', () => {
    const pair = new Pair({ delayMs: 50 });
    pair.client.reorderingSeen = 1;
    const start = pair.client.sndNxt;
    // The third comes 20 ms late, less than a quarter of 100 ms.
    pair.fates.client = (_, count) => (count === 3 ? 70 : 50);
    send(pair.client, bytes(14_480), 0, 14_480, pair.now);
    pair.run(pair.now + 400);
    expect(offsets(pair, start)).toHaveLength(10);
    expect(pair.client.ssthresh).toBe(0x7fff_ffff);
  });

  it('and a reduction that timestamps prove needless is undone (RFC 3522)', () => {
    const pair = new Pair({ delayMs: 50 });
    // Late enough to be sent again, but it was only late.
    pair.fates.client = (_, count) => (count === 3 ? 110 : 50);
    const began = pair.now;
    send(pair.client, bytes(14_480), 0, 14_480, pair.now);
    pair.run(began + 140);
    expect(pair.client.recovery).toBe('recovery');
    pair.run(began + 500);
    expect(pair.client.recovery).toBe('open');
    expect(pair.client.ssthresh).toBe(0x7fff_ffff);
    expect(pair.client.cwnd).toBeGreaterThanOrEqual(12 * 1448);
  });
});

describe('a FIN', () => {
  it('goes again when it is lost, and is acknowledged in the end', () => {
    const pair = new Pair();
    pair.fates.client = (segment, count) =>
      (segment.flags & FIN) !== 0 && count < 3 ? 'lost' : 10;
    send(pair.client, bytes(10), 0, 10, pair.now);
    shutdown(pair.client, 'write', pair.now);
    pair.run(pair.now + 5000);
    expect(pair.client.state).toBe('FIN-WAIT-2');
    expect(pair.server.state).toBe('CLOSE-WAIT');
  });
});
