import { describe, expect, it } from 'vitest';
import { noCounts } from '../capture/problem.ts';
import { inOrder, summed } from './order.ts';

const file = (name: string, seconds: number | undefined, packets: number, nanos = 0) => ({
  name,
  first: seconds === undefined ? undefined : { seconds, nanos },
  counts: { ...noCounts(), packets },
});

describe('several captures as one', () => {
  it('follow one another by time, as names of rotated files do not', () => {
    const order = inOrder([
      file('trace.pcap10', 300, 7),
      file('trace.pcap2', 200, 5),
      file('trace.pcap1', 100, 3),
    ]);
    expect(order).toEqual([
      { input: 2, framesBefore: 0 },
      { input: 1, framesBefore: 3 },
      { input: 0, framesBefore: 8 },
    ]);
  });

  it('follow one another by nanoseconds, then by name; an empty one comes last', () => {
    const order = inOrder([
      file('z', undefined, 0),
      file('b', 100, 1, 5),
      file('a', 100, 1, 5),
      file('c', 100, 1, 4),
    ]);
    expect(order.map(({ input }) => input)).toEqual([3, 2, 1, 0]);
  });

  it('without a TCP segment stand where their packets do', () => {
    const arp = file('a', undefined, 4);
    arp.counts.endSeconds = 150.5;
    const order = inOrder([file('b', 100, 1), arp, file('c', 200, 1)]);
    expect(order.map(({ input }) => input)).toEqual([0, 1, 2]);
    expect(inOrder([file('c', 150, 1), arp]).map(({ input }) => input)).toEqual([0, 1]);
    expect(inOrder([file('c', 150, 1, 600_000_000), arp])[0]!.input).toBe(1);
  });

  it('end when the last one does that holds packets', () => {
    const [early, late, none] = [file('a', 1, 2), file('b', 2, 3), file('c', undefined, 0)];
    early.counts.endSeconds = 100;
    late.counts.endSeconds = 90;
    const sum = summed([early.counts, late.counts, none.counts]);
    expect(sum).toMatchObject({ packets: 5, endSeconds: 90, dropped: -1 });
  });

  it('have dropped what those dropped that tell of it', () => {
    const counts = [-1, 4, 2].map((dropped) => ({ ...noCounts(), dropped }));
    expect(summed(counts).dropped).toBe(6);
  });
});
