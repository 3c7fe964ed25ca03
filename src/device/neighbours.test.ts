import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../wire/ip-address.ts';
import { macText, parseMac } from './mac-address.ts';
import { Neighbour, Neighbours } from './neighbours.ts';

/** Times and counts are those of RFC 4861 §10. */

const OWN = parseMac('02:00:00:00:00:01')!;
const MAC = parseMac('02:00:00:00:00:02')!;
const OTHER = parseMac('02:00:00:00:00:03')!;
const PEER = parseAddress('fd00::2')!;

let events: string[];
let neighbours: Neighbours;

beforeEach(() => {
  events = [];
  neighbours = new Neighbours(OWN, {
    ask: ({ state, address }) =>
      events.push(`ask ${state === 'incomplete' ? 'all' : 'it'} for ${String(address)}`),
    send: (to, bytes, offset, length) =>
      events.push(`send ${bytes[offset]}+${length} to ${macText(to.mac)}`),
    unreachable: (packet) => events.push(`unreachable ${packet[0]}`),
  });
});

const told = (): string[] => events.splice(0);

const of = (address = PEER): Neighbour => {
  const { version, word0, word1, word2, word3 } = address;
  return neighbours.of(version, word0, word1, word2, word3);
};

const send = (number: number, now: number, address = PEER): void =>
  neighbours.forward(of(address), Uint8Array.of(0xee, number, 0xff), 1, 2, now);

/** Lets time pass to `end`, and says when what happened. */
const until = (end: number): string[] => {
  const happened: string[] = [];
  while (neighbours.deadline() <= end) {
    const now = neighbours.deadline();
    neighbours.timeout(now);
    happened.push(...told().map((event) => `${now}: ${event}`));
  }
  return happened;
};

const reachable = (now: number): void => {
  of();
  neighbours.told(PEER, MAC, true, true, now);
};

describe('a neighbour', () => {
  it('is asked for once a second, three times; then what waited is told unreachable', () => {
    send(1, 0);
    send(2, 10);
    expect(told()).toEqual(['ask all for fd00::2']);
    expect(until(60_000)).toEqual([
      '1000: ask all for fd00::2',
      '2000: ask all for fd00::2',
      '3000: unreachable 1',
      '3000: unreachable 2',
    ]);
    expect(neighbours.size).toBe(0);
    send(3, 61_000);
    expect(told()).toEqual(['ask all for fd00::2']);
  });

  it('gets what waited as soon as it answers, in order', () => {
    send(1, 0);
    send(2, 0);
    told();
    neighbours.told(PEER, MAC, true, true, 5);
    expect(told()).toEqual(['send 1+2 to 02:00:00:00:00:02', 'send 2+2 to 02:00:00:00:00:02']);
    expect(until(29_000)).toEqual([]);
  });

  it('is asked itself five seconds after it is used again, 30 seconds after its answer', () => {
    reachable(0);
    expect(until(100_000)).toEqual([]);
    send(1, 100_000);
    expect(told()).toEqual(['send 1+2 to 02:00:00:00:00:02']);
    expect(until(106_500)).toEqual(['105000: ask it for fd00::2', '106000: ask it for fd00::2']);
    neighbours.told(PEER, MAC, true, false, 106_500);
    expect(until(130_000)).toEqual([]);
    expect(of().state).toBe('reachable');
  });

  it('that does not answer any more is forgotten', () => {
    reachable(0);
    until(50_000);
    send(1, 50_000);
    until(60_000);
    expect(neighbours.size).toBe(0);
  });

  it.each([
    ['an answer that may override', true, true, '02:00:00:00:00:03', 'reachable'],
    ['an announcement that may override', false, true, '02:00:00:00:00:03', 'stale'],
    ['one that may not', true, false, '02:00:00:00:00:02', 'stale'],
  ])('with another MAC address, %s', (_, solicited, override, mac, state) => {
    reachable(0);
    neighbours.told(PEER, OTHER, solicited, override, 1);
    expect(macText(of().mac)).toBe(mac);
    expect(of().state).toBe(state);
  });

  it('that asks us is known, though not to be reachable; what waited for it leaves', () => {
    neighbours.heard(PEER, MAC, 0);
    expect(of().state).toBe('stale');
    const third = parseAddress('10.0.0.3')!;
    send(7, 0, third);
    told();
    neighbours.heard(third, OTHER, 1);
    expect(told()).toEqual(['send 7+2 to 02:00:00:00:00:03']);
  });

  it('that nobody asked for is not remembered by what it says', () => {
    neighbours.told(PEER, MAC, true, true, 0);
    expect(neighbours.size).toBe(0);
  });

  it('has at most 64 packets waiting, the newest', () => {
    for (let number = 0; number < 100; number += 1) send(number, 0);
    told();
    neighbours.told(PEER, MAC, true, true, 1);
    const sent = told();
    expect(sent).toHaveLength(64);
    expect(sent[0]).toBe('send 36+2 to 02:00:00:00:00:02');
  });
});

it('at most 1024 are known; those not in use make room', () => {
  reachable(0);
  for (let host = 0; host < 5000; host += 1) {
    neighbours.heard(parseAddress(`10.0.${host >> 8}.${host & 255}`)!, OTHER, 1);
  }
  expect(neighbours.size).toBe(1024);
  expect(of().state).toBe('reachable');
});
