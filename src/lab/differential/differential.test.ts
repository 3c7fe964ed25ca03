import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/prng.ts';
import { defaultSettings, type Settings } from '../../tcp/sysctl.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { Differential, type Finding } from './differential.ts';
import { sequenceOf } from './generate.ts';
import { HostSubject } from './host-subject.ts';
import { play } from './play.ts';
import { SITUATIONS } from './situations.ts';
import { differenceText, Tally } from './tally.ts';

const LOCALS = { 4: parseAddress('192.0.2.1')!, 6: parseAddress('fd00:97::1')! };

/** The engine against itself, the second one set up otherwise: a kernel that does something else. */
const against = (fault: Partial<Settings>): Differential =>
  new Differential(
    new HostSubject({ ...defaultSettings(), ...fault }),
    new HostSubject(defaultSettings()),
    LOCALS,
  );

const findings = (differential: Differential, count: number): readonly Finding[] => {
  const random = new Random(1);
  return Array.from({ length: count }, (_, at) => differential.examine(sequenceOf(at, random)));
};

describe('the differential run', () => {
  it('finds nothing between two that are the same, whatever numbers and ports they have', () => {
    const kinds = findings(against({}), 500).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['agrees']));
  });

  it.each<Partial<Settings>>([
    { resetlab_out_of_window: 'reset' },
    { resetlab_syn_acceptance: 'rfc793' },
    { resetlab_reset_acceptance: 'rfc793' },
    { resetlab_reset_acceptance: 'exact' },
    { resetlab_time_wait_syn: 'never' },
    { resetlab_read_shutdown: 'reset' },
    { tcp_invalid_ratelimit: 0 },
    { tcp_dsack: 0 },
  ])('finds %j, which no known difference explains', (fault) => {
    const unexplained = findings(against(fault), 600).filter(({ kind }) => kind === 'unexplained');
    expect(unexplained.length).toBeGreaterThan(0);
  });

  // Linux's tcp_invalid_ratelimit is 500 ms by default.
  it('believes an unknown difference only of a kernel that has come to rest', () => {
    class BusyKernel extends HostSubject {
      rests = 0;

      constructor() {
        super({ ...defaultSettings(), tcp_invalid_ratelimit: 0 });
      }

      override rest(): void {
        this.rests += 1;
        if (this.rests === 3) this.configure('net.ipv4.tcp_invalid_ratelimit', 500);
      }
    }
    const kernel = new BusyKernel();
    const found = findings(
      new Differential(kernel, new HostSubject(defaultSettings()), LOCALS),
      600,
    ).filter(({ kind }) => kind === 'unexplained');
    expect(found).toEqual([]);
    expect(kernel.rests).toBe(3);
  });

  it('leaves of a sequence what is needed to show it', () => {
    const found = findings(against({ resetlab_out_of_window: 'reset' }), 300).find(
      ({ kind }) => kind === 'unexplained',
    );
    if (found?.kind !== 'unexplained') throw new Error('nothing was found');
    const { sequence, difference } = found;
    expect(sequence.steps.length - sequence.prelude).toBe(1);
    expect(difference.at).toBe(sequence.steps.length - 1);
    expect(differenceText(sequence, difference)).toMatch(
      /\n {6}kernel {2}RST.*\n {6}engine {2}ACK/,
    );
  });

  it('makes the same sequence of the same number, whichever were made before', () => {
    const random = new Random(7);
    const [first] = [3, 1, 2].map((number) => sequenceOf(number, random));
    expect(sequenceOf(3, new Random(7))).toEqual(first);
    expect(sequenceOf(3, new Random(8))).not.toEqual(first);
  });

  it('brings a connection where its situation says, before chance takes over', () => {
    const random = new Random(1);
    const reached = new Map<string, string>();
    for (let number = 0; number < 600; number += 1) {
      const sequence = sequenceOf(number, random);
      const { family, situation } = sequence;
      const local = { address: LOCALS[family], port: 2000 };
      const remote = {
        address: parseAddress(family === 4 ? '198.18.0.1' : 'fd00:98::1')!,
        port: 1,
      };
      const outcomes = play(sequence, new HostSubject(defaultSettings()), { local, remote });
      const state = outcomes?.[sequence.prelude - 1]?.standing.state ?? 'CLOSED';
      reached.set(situation, state);
      expect(situation.split(',')[0], situation).toBe(state);
    }
    expect([...reached.keys()].toSorted()).toEqual(SITUATIONS.map(({ name }) => name).toSorted());
  });
});

describe('the tally', () => {
  it('adds up, and counts what was not played apart', () => {
    const tally = new Tally();
    tally.add('CLOSED', { kind: 'agrees', varied: true });
    tally.add('CLOSED', { kind: 'explained', by: 'urgent-byte' });
    tally.add('LISTEN', { kind: 'unplayed' });
    expect(tally.played).toBe(2);
    const text = tally.text();
    expect(text).toMatch(/^\| CLOSED +\| +2 \| +1 \| +1 \| +0 \|$/m);
    expect(text).toMatch(/^\| \*\*all\*\* +\| +2 \| +1 \| +1 \| +0 \|$/m);
    expect(text).toMatch(/^\| urgent-byte +\| +1 \|$/m);
    expect(text).toContain('now another in 1 of them');
    expect(text).toContain('too busy to play 1 more');
  });
});
