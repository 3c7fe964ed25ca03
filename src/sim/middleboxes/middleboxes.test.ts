import { describe, expect, it } from 'vitest';
import { text, zeros } from '../../../test/packets.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { RST } from '../../wire/packet.ts';
import { crossing } from '../../../test/crossing.ts';
import type { Dissection } from '../in-flight.ts';
import { Balancer, type BalancerOptions } from './balancer.ts';
import { Firewall, type Verdict } from './firewall.ts';
import { type InjectionPattern, Injector } from './injector.ts';
import { Nat } from './nat.ts';

type Crossing = ReturnType<typeof crossing>;

const HANDSHAKE = (c: Crossing): void => {
  c.send('left', { flags: 'S', seq: 100, ack: 0 });
  c.send('right', { flags: 'SA', seq: 500, ack: 101 });
  c.send('left', { flags: 'A', seq: 101, ack: 501 });
  c.at('left');
  c.at('right');
};

const hasText = ({ segment }: Dissection): boolean => segment.payloadLength > 0;

// Measured on Linux 6.18: nft reject with tcp reset has no tracepoint; a SYN draws RST,ACK
// seq 0, ack = SYN.seq + 1; mid-connection RST, seq = SEG.ACK; the far end learns nothing.
describe('firewall', () => {
  const wall = (verdict: Verdict, matches: (look: Dissection) => boolean = () => true) =>
    crossing([new Firewall([{ matches, verdict }])]);

  it('rejects a SYN as a closed port does', () => {
    const c = wall('tcp-reset');
    c.send('left', { flags: 'S', seq: 100, ack: 0 });
    expect(c.at('left')).toEqual(['RA seq 0 ack 101 len 0']);
    expect(c.at('right')).toEqual([]);
    expect(c.events).toMatchObject([{ kind: 'sent', cause: 'firewall-reject' }]);
  });

  it('rejects text in the middle, and tells the sender alone', () => {
    const c = wall('tcp-reset', hasText);
    HANDSHAKE(c);
    c.send('left', { seq: 101, ack: 501, payload: text('hi') });
    expect(c.at('left')).toEqual(['R seq 501 ack 0 len 0']);
    expect(c.at('right')).toEqual([]);
  });

  it('never answers a reset', () => {
    const c = wall('tcp-reset');
    c.send('left', { flags: 'R' });
    expect([c.at('left'), c.at('right'), c.events]).toEqual([[], [], []]);
  });

  it('drops in silence, or answers with ICMP', () => {
    const silent = wall('drop');
    silent.send('left', { flags: 'S' });
    expect([silent.at('left'), silent.at('right')]).toEqual([[], []]);
    const loud = wall('port-unreachable');
    loud.send('left', { flags: 'S' });
    expect(loud.at('left')).toEqual(['protocol 1']);
  });
});

describe('balancer', () => {
  const idle = (options: Partial<BalancerOptions>): Crossing => {
    const whole = {
      idleTimeoutMs: 1000,
      atExpiry: 'nothing',
      afterwards: 'drop',
      ...options,
    } as const;
    const c = crossing([new Balancer(whole)]);
    HANDSHAKE(c);
    c.send('left', { seq: 101, ack: 501, payload: text('abcd') });
    c.at('right');
    c.clock.runUntil(1001);
    return c;
  };
  const REQUEST = { seq: 105, ack: 501, payload: text('again') };

  it('lets a connection pass that is not idle long enough', () => {
    const c = crossing([
      new Balancer({ idleTimeoutMs: 1000, atExpiry: 'reset-both', afterwards: 'drop' }),
    ]);
    HANDSHAKE(c);
    for (let round = 0; round < 5; round += 1) {
      c.clock.runUntil(c.clock.now + 900);
      c.send('right', { flags: 'A', seq: 501, ack: 101 });
    }
    expect(c.at('left')).toHaveLength(5);
    expect(c.events).toEqual([]);
  });

  it('forgets, and drops what comes later', () => {
    const c = idle({});
    c.send('left', REQUEST);
    expect([c.at('left'), c.at('right'), c.events]).toEqual([[], [], []]);
  });

  it('answers what comes later with a reset', () => {
    const c = idle({ afterwards: 'reset' });
    c.send('left', REQUEST);
    expect(c.at('left')).toEqual(['R seq 501 ack 0 len 0']);
    expect(c.at('right')).toEqual([]);
    expect(c.events).toMatchObject([{ cause: 'middlebox-idle-timeout' }]);
  });

  it('resets the ends with the numbers that each expects', () => {
    const c = idle({ atExpiry: 'reset-both' });
    expect(c.at('left')).toEqual(['RA seq 501 ack 105 len 0']);
    // The server has acknowledged 101 so far: the four bytes were on their way.
    expect(c.at('right')).toEqual(['RA seq 101 ack 501 len 0']);
    expect(c.events.map(({ cause }) => cause)).toEqual(Array(2).fill('middlebox-idle-timeout'));
  });

  it('lets a new connection begin on the same ports', () => {
    const c = idle({});
    HANDSHAKE(c);
    c.send('left', { seq: 101, ack: 501 });
    expect(c.at('right')).toHaveLength(1);
  });
});

describe('NAT', () => {
  const SERVICE = '10.0.0.77';
  const nat = (): Crossing => {
    const end = (address: string) => ({ address: parseAddress(address)!, port: 80 });
    const box = new Nat({ service: end(SERVICE), server: end('10.0.0.2'), idleTimeoutMs: 1000 });
    const c = crossing([box]);
    c.send('left', { target: SERVICE, flags: 'S', seq: 100, ack: 0 });
    c.send('right', { flags: 'SA', seq: 500, ack: 101 });
    c.send('left', { target: SERVICE, flags: 'A', seq: 101, ack: 501 });
    return c;
  };

  it('translates both ways, checksums right', () => {
    const c = nat();
    expect(c.at('right')).toEqual(['S seq 100 ack 0 len 0', 'A seq 101 ack 501 len 0']);
    // Source 10.0.0.77 at byte 12.
    expect([...c.arrived.left[0]!.bytes.subarray(12, 16)]).toEqual([10, 0, 0, 77]);
    expect(c.at('left')).toEqual(['SA seq 500 ack 101 len 0']);
  });

  it('resets what comes for a connection that it forgot, as the service', () => {
    const c = nat();
    c.at('left');
    c.clock.runUntil(1001);
    c.send('left', { target: SERVICE, seq: 101, ack: 501, payload: text('x') });
    expect([...c.arrived.left[0]!.bytes.subarray(12, 16)]).toEqual([10, 0, 0, 77]);
    expect(c.at('left')).toEqual(['R seq 501 ack 0 len 0']);
    expect(c.events).toMatchObject([{ cause: 'middlebox-idle-timeout' }]);
  });

  it('lets an invalid segment go untranslated, and blames itself for the reset that it draws', () => {
    const c = nat();
    c.at('left');
    c.at('right');
    c.send('right', { flags: 'PA', seq: 900_000_500, ack: 101, payload: zeros(9) });
    expect([...c.arrived.left[0]!.bytes.subarray(12, 16)]).toEqual([10, 0, 0, 2]);
    c.send('left', { flags: 'R', seq: 101, ack: 0 });
    expect(c.arrived.right[0]!.cause).toBe('conntrack-invalid');
    expect(c.at('right')).toEqual(['R seq 101 ack 0 len 0']);
  });
});

// The patterns that measurements of injected resets have found.
describe('injector', () => {
  const inject = (pattern: InjectionPattern, against: 'sender' | 'receiver' | 'both') => {
    const c = crossing([new Injector({ pattern, against, when: hasText, ttl: 44, reactionMs: 3 })]);
    HANDSHAKE(c);
    c.send('left', { seq: 101, ack: 501, payload: text('forbidden') });
    expect(c.at('right')).toEqual(['A seq 101 ack 501 len 9']);
    c.clock.runUntil(c.clock.now + 3);
    return { left: c.at('left'), right: c.at('right'), events: c.events, again: c };
  };

  it.each<[InjectionPattern, string[]]>([
    ['rst', ['R seq 501 ack 0 len 0']],
    ['rst-ack', ['RA seq 501 ack 110 len 0']],
    ['rst-then-rst-ack', ['R seq 501 ack 0 len 0', 'RA seq 501 ack 110 len 0']],
    ['rising', [501, 1961, 4881].map((seq) => `RA seq ${seq} ack 110 len 0`)],
    ['in-window', ['R seq 601 ack 0 len 0']],
    ['out-of-window', [`R seq ${501 + 0x4000_0000} ack 0 len 0`]],
    ['data', ['PA seq 501 ack 110 len 45']],
  ])('%s against the sender', (pattern, expected) => {
    const { left, right, events } = inject(pattern, 'sender');
    expect(left).toEqual(expected);
    expect(right).toEqual([]);
    const resets = expected.filter((line) => line.startsWith('R'));
    expect(events.map(({ cause }) => cause)).toEqual(resets.map(() => 'injected'));
  });

  it('hits the receiver with what the sender would say next', () => {
    const { left, right } = inject('rst-ack', 'both');
    expect(left).toEqual(['RA seq 501 ack 110 len 0']);
    expect(right).toEqual(['RA seq 110 ack 501 len 0']);
  });

  it('fires as often as it is told to', () => {
    const { again } = inject('rst', 'sender');
    again.send('left', { seq: 110, ack: 501, payload: text('more') });
    again.clock.runUntil(again.clock.now + 10);
    expect(again.at('left')).toEqual([]);
    expect(again.events.every(({ reset }) => (reset.flags & RST) !== 0)).toBe(true);
  });
});
