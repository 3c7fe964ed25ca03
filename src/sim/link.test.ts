import { expect, it } from 'vitest';
import { segment, text, zeros } from '../../test/packets.ts';
import { FIN, SYN } from '../wire/packet.ts';
import { Clock } from './clock.ts';
import { InFlight } from './in-flight.ts';
import { Link, type LinkConditions, loseSegments, perfectLink } from './link.ts';
import { Random } from './prng.ts';

const packet = (length = 100): InFlight => new InFlight(segment({ payload: zeros(length - 40) }));

const lay = (conditions: Partial<LinkConditions>) => {
  const clock = new Clock();
  const arrived: { atMs: number; packet: InFlight }[] = [];
  const tooBig: number[] = [];
  const link = new Link(
    clock,
    new Random(1),
    { ...perfectLink(), ...conditions },
    {
      delivered: (each) => arrived.push({ atMs: clock.now, packet: each }),
      tooBig: (_packet, mtu) => tooBig.push(mtu),
    },
  );
  const times = (): number[] => {
    clock.runUntil(1e9);
    return arrived.map(({ atMs }) => atMs);
  };
  return { clock, link, arrived, tooBig, times };
};

it('delays', () => {
  const { link, times } = lay({ delayMs: 5 });
  link.send(packet());
  expect(times()).toEqual([5]);
});

it('takes its time for each bit, and drops what its queue cannot hold', () => {
  // 100 bytes at 800,000 bit/s: 1 ms each.
  const { link, times } = lay({ delayMs: 5, bitsPerSecond: 800_000, queueBytes: 300 });
  for (let at = 0; at < 5; at += 1) link.send(packet(100));
  expect(times()).toEqual([6, 7, 8]);
});

it('jitters without reordering', () => {
  const { link, times } = lay({ delayMs: 1, jitterMs: 10 });
  for (let at = 0; at < 100; at += 1) link.send(packet());
  const arrivals = times();
  expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
  expect(Math.max(...arrivals)).toBeGreaterThan(5);
  expect(Math.max(...arrivals)).toBeLessThanOrEqual(11);
});

it('reorders', () => {
  const { link, arrived, clock } = lay({ reordering: 0.3, reorderingMs: 5 });
  const sent = Array.from({ length: 100 }, () => packet());
  for (const each of sent) link.send(each);
  clock.runUntil(100);
  const places = arrived.map((each) => sent.indexOf(each.packet));
  const inOrder = sent.map((_each, at) => at);
  expect(places).not.toEqual(inOrder);
  expect(places.toSorted((a, b) => a - b)).toEqual(inOrder);
});

it('loses, duplicates and corrupts by their probabilities', () => {
  const outcome = (conditions: Partial<LinkConditions>): InFlight[] => {
    const { link, arrived, clock } = lay(conditions);
    for (let at = 0; at < 1000; at += 1) link.send(packet());
    clock.runUntil(1);
    return arrived.map((each) => each.packet);
  };
  expect(Math.abs(outcome({ loss: 0.1 }).length - 900)).toBeLessThan(50);
  expect(Math.abs(outcome({ duplication: 0.1 }).length - 1100)).toBeLessThan(50);
  const original = packet().bytes;
  const changedBits = outcome({ corruption: 1 }).map(({ bytes }) =>
    bytes.reduce(
      (sum, byte, at) =>
        sum + Array.from((byte ^ original[at]!).toString(2)).filter((bit) => bit === '1').length,
      0,
    ),
  );
  expect(new Set(changedBits)).toEqual(new Set([1]));
});

it('says that a packet is too big, and passes nothing while it is cut', () => {
  const { clock, link, arrived, tooBig } = lay({ mtu: 99, delayMs: 5 });
  link.send(packet(100));
  expect(tooBig).toEqual([99]);
  link.send(packet(99));
  clock.runUntil(1);
  link.conditions.partitioned = true;
  link.send(packet(99));
  clock.runUntil(10);
  expect(arrived).toEqual([]);
  link.conditions.partitioned = false;
  link.send(packet(99));
  clock.runUntil(20);
  expect(arrived).toHaveLength(1);
});

it('loses chosen segments', () => {
  const of = (flags: string, payload = ''): InFlight =>
    new InFlight(segment({ flags, payload: text(payload) }));
  const second = loseSegments({ flags: FIN }, 2);
  expect([of('FA'), of('A'), of('FA'), of('FA')].map(second)).toEqual([false, false, true, false]);
  const texts = loseSegments({ text: true, without: SYN }, 1, 2);
  const sent = [of('A'), of('S', 'x'), of('A', 'x'), of('PA', 'x'), of('A', 'x')];
  expect(sent.map(texts)).toEqual([false, false, true, true, false]);
});
