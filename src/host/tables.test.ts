import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { IpAddress } from '../wire/ip-address.ts';
import { causeOfStranger, Obituaries } from './obituaries.ts';
import { Path } from './path.ts';
import { Segment } from '../wire/segment.ts';
import { TimerQueue } from './timer-queue.ts';
import { TupleColumns } from './tuple-columns.ts';
import { TupleKey } from './tuple-key.ts';
import { TupleTable } from './tuple-table.ts';

/** A few four-tuples of either version that differ in one word only, so that all of it must count. */
const pathOf = (which: number): Path => {
  const rest = which >> 2;
  const address = (base: number): IpAddress =>
    (which & 1) === 0
      ? new IpAddress(4, base + rest)
      : new IpAddress(6, base, 0, rest & 1, rest >> 1);
  const port = (which >> 1) & 1;
  return new Path({ address: address(1), port: 80 }, { address: address(2), port: 1000 + port }, 0);
};

// Long, so that the tables are as full as they get and entries are pushed past one another.
const steps = fc.array(fc.tuple(fc.nat(255), fc.boolean()), { minLength: 200, maxLength: 600 });

describe('tables by four-tuple', () => {
  it('hold what a Map would, through additions and removals', () => {
    holds(
      fc.property(steps, fc.integer(), (all, seed) => {
        const key = new TupleKey(seed);
        const table = new TupleTable<{ path: Path; hash: number }>();
        const columns = new TupleColumns();
        const reference = new Map<number, { path: Path; hash: number }>();
        for (const [which, isAdded] of all) {
          const path = pathOf(which);
          key.ofPath(path);
          const known = reference.get(which);
          expect(table.find(key)).toBe(known);
          const place = columns.find(key);
          expect(place !== -1).toBe(known !== undefined);
          if (known === undefined && isAdded) {
            const entry = { path, hash: key.hash };
            reference.set(which, entry);
            table.add(entry);
            const { local, remote } = columns.pathAt(columns.add(key));
            expect(String(remote.address)).toBe(String(path.remote.address));
            expect([String(local.address), local.port, remote.port]).toEqual([
              String(path.local.address),
              80,
              path.remote.port,
            ]);
          } else if (known !== undefined && !isAdded) {
            reference.delete(which);
            table.remove(known);
            columns.remove(place);
          }
        }
        expect([table.size, columns.size]).toEqual([reference.size, reference.size]);
        expect(new Set(table)).toEqual(new Set(reference.values()));
      }),
      200,
    );
  });
});

describe('TimerQueue', () => {
  it('gives the earliest of all, and keeps an earlier moment when asked for a later', () => {
    const ask = fc.tuple(fc.nat(100), fc.nat(1000), fc.constantFrom('arm', 'rearm', 'disarm'));
    holds(
      fc.property(fc.array(ask, { maxLength: 300 }), (asks) => {
        const queue = new TimerQueue();
        const reference = new Map<number, number>();
        for (const [id, at, how] of asks) {
          if (how === 'disarm') {
            queue.disarm(id);
            reference.delete(id);
          } else {
            queue[how](id, at);
            const before = how === 'arm' ? (reference.get(id) ?? Infinity) : Infinity;
            reference.set(id, Math.min(at, before));
          }
          expect(queue.earliest).toBe(Math.min(...reference.values()));
          if (reference.size > 0) expect(reference.get(queue.first)).toBe(queue.earliest);
        }
      }),
      200,
    );
  });
});

describe('obituaries', () => {
  const key = new TupleKey(1);
  const at = (which: number): TupleKey => key.ofPath(pathOf(which));

  it('are bounded: the oldest is forgotten', () => {
    const memory = new Obituaries(2);
    memory.remember(at(1), 'closed');
    memory.remember(at(2), 'reset');
    memory.remember(at(1), 'lost');
    memory.remember(at(3), 'closed');
    expect([1, 2, 3].map((which) => memory.endingOf(at(which)))).toEqual([
      'lost',
      undefined,
      'closed',
    ]);
  });

  it('name the cause of a reset for a segment that meets nobody', () => {
    const segment = new Segment();
    const cause = (
      flags: number,
      ending?: Parameters<typeof causeOfStranger>[1],
      listener = false,
    ) => {
      segment.flags = flags;
      return causeOfStranger(segment, ending, listener);
    };
    const [FIN_ACK, SYN, SYN_ACK, ACK, FIN] = [17, 2, 18, 16, 1];
    expect([
      cause(SYN, 'closed'),
      cause(FIN_ACK, 'closed'),
      cause(ACK, 'closed'),
      cause(ACK, 'reset'),
      cause(ACK, 'lost', true),
      cause(ACK, 'user-timeout'),
      cause(SYN_ACK, 'connect-cancelled'),
      cause(ACK, undefined, true),
      cause(ACK),
      cause(FIN),
    ]).toEqual([
      'closed-port',
      'lost-last-ack',
      'data-after-close',
      'repeated-reset',
      'half-open-restart',
      'user-timeout',
      'connect-cancelled',
      'listener-got-ack',
      'half-open-restart',
      'port-scan',
    ]);
  });
});
