import { describe, expect, it } from 'vitest';
import { LaneEntrance, LaneExit } from './writing-lane.ts';

/** What comes out at the other end, until the end. */
const taken = (exit: LaneExit): number[][] => {
  const packets: number[][] = [];
  exit.takeAll((bytes, length) => packets.push([...bytes.subarray(0, length)]));
  return packets;
};

describe('a lane of packets between two threads', () => {
  it('gives them out in order and whole, round after round', () => {
    const entrance = new LaneEntrance(100);
    const exit = new LaneExit(entrance.memory);
    for (let round = 0; round < 5; round += 1) {
      const packets = Array.from({ length: 90 }, (_, at) =>
        Array.from({ length: 1 + ((at * 7) % 100) }, (_byte, i) => (round + at + i) & 255),
      );
      for (const packet of packets) {
        entrance.put(Uint8Array.from([9, 9, ...packet, 9]), 2, packet.length);
      }
      expect(entrance.isEmpty).toBe(false);
      entrance.end();
      expect(taken(exit)).toEqual(packets);
      expect(entrance.isEmpty).toBe(true);
    }
  });

  it('is ready once somebody looks at it', () => {
    const entrance = new LaneEntrance(100);
    expect(entrance.isReady).toBe(false);
    entrance.end();
    taken(new LaneExit(entrance.memory));
    expect(entrance.isReady).toBe(true);
  });

  it('does not wait for ever that somebody takes what is there', () => {
    const entrance = new LaneEntrance(100);
    entrance.put(new Uint8Array(10), 0, 10);
    // That it comes back is the point; how late is the machine's affair.
    entrance.flush(20);
    expect(entrance.isEmpty).toBe(false);
  });
});
