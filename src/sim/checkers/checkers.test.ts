import { describe, expect, it } from 'vitest';
import { segment, text, type TcpFields } from '../../../test/packets.ts';
import { resetFor } from '../../tcp/reset.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { InFlight } from '../in-flight.ts';
import { forge } from '../middleboxes/forge.ts';
import type { SimHost } from '../sim-host.ts';
import type { Checker } from './checker.ts';
import { NoResetAnswersReset, ResetsAreAccountedFor } from './resets.ts';
import { SequenceNumbers } from './sequence-numbers.ts';
import { Streams } from './streams.ts';

/** The checkers below ask a host for nothing but its name. */
const HOST = { name: 'client' } as SimHost;
const BACK = { source: '10.0.0.2', target: '10.0.0.1', sourcePort: 80, targetPort: 40_000 };

/** What a checker complains of when the client 10.0.0.1:40000 hears and says these. */
const watch = (checker: Checker) => {
  const complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);
  return {
    complaints,
    hears: (fields: TcpFields): void =>
      checker.arrives?.(HOST, new InFlight(segment({ ...BACK, ...fields })), complain),
    says: (fields: TcpFields): void =>
      checker.departs?.(HOST, new InFlight(segment(fields)), complain),
    sends: (packet: InFlight): void => checker.departs?.(HOST, packet, complain),
    settles: (): void => checker.settled?.(HOST, complain),
    tells: (event: NonNullable<InFlight['event']>): void => checker.tells?.(HOST, event, complain),
  };
};

describe('no reset answers a reset', () => {
  it('complains of one that does', () => {
    const { complaints, hears, says } = watch(new NoResetAnswersReset());
    hears({ flags: 'RA' });
    says({ flags: 'R' });
    expect(complaints).toEqual(['10.0.0.1:40000 10.0.0.2:80 answered a reset with a reset']);
  });

  it('minds neither other answers, nor other connections, nor later resets', () => {
    const { complaints, hears, says, settles } = watch(new NoResetAnswersReset());
    hears({ flags: 'RA' });
    says({ flags: 'A' });
    says({ flags: 'R', sourcePort: 40_001 });
    settles();
    says({ flags: 'R' });
    hears({ flags: 'A' });
    says({ flags: 'R' });
    expect(complaints).toEqual([]);
  });
});

describe('resets are accounted for', () => {
  const end = (address: string, port: number) => ({ address: parseAddress(address)!, port });
  const reset = (): InFlight =>
    forge(
      {
        reset: resetFor('injected', { forged: { seq: 5, ack: 7 } }),
        source: end('10.0.0.1', 40_000),
        target: end('10.0.0.2', 80),
        ttl: 64,
      },
      0,
    );

  it('is content with a reset and its account', () => {
    const { complaints, sends, tells, settles } = watch(new ResetsAreAccountedFor());
    const packet = reset();
    sends(packet);
    tells(packet.event!);
    settles();
    expect(complaints).toEqual([]);
  });

  it('complains of a reset untold, told twice, or never sent', () => {
    const words = 'a reset from 10.0.0.1:40000 to 10.0.0.2:80, seq 5, ack 7';
    const untold = watch(new ResetsAreAccountedFor());
    untold.sends(reset());
    untold.settles();
    expect(untold.complaints).toEqual([`client sent ${words}, untold`]);
    const twice = watch(new ResetsAreAccountedFor());
    twice.sends(reset());
    twice.tells(reset().event!);
    twice.tells(reset().event!);
    twice.settles();
    expect(twice.complaints).toEqual([`client sent ${words}, untold`]);
    const unsent = watch(new ResetsAreAccountedFor());
    unsent.tells(reset().event!);
    unsent.settles();
    expect(unsent.complaints).toEqual([`client told of ${words}, unsent`]);
  });
});

describe('sequence numbers', () => {
  const opened = () => {
    const ends = watch(new SequenceNumbers());
    ends.says({ flags: 'S', seq: 100, ack: 0 });
    ends.hears({ flags: 'SA', seq: 500, ack: 101, window: 10 });
    ends.says({ flags: 'A', seq: 101, ack: 501 });
    return ends;
  };
  const complaintsAfter = (act: (ends: ReturnType<typeof opened>) => void): string[] => {
    const ends = opened();
    act(ends);
    return ends.complaints.map((complaint) => complaint.replace(/^.*?ack \d+: /, ''));
  };

  it.each<[string, (ends: ReturnType<typeof opened>) => void]>([
    [
      'text within the window, and the same once more',
      ({ says }) => {
        says({ seq: 101, ack: 501, payload: text('abcdef') });
        says({ seq: 101, ack: 501, payload: text('abc') });
        says({ seq: 103, ack: 501, payload: text('cdefghij') });
      },
    ],
    [
      'a window that opens, scaled',
      ({ hears, says }) => {
        hears({ flags: 'SA', seq: 500, ack: 101, window: 10, options: [3, 3, 2] });
        hears({ seq: 501, ack: 101, window: 5 });
        says({ seq: 101, ack: 501, payload: text('12345678901234567890') });
      },
    ],
    [
      'acknowledgements of what came, in order',
      ({ hears, says }) => {
        hears({ seq: 501, ack: 101, payload: text('xyz') });
        says({ seq: 101, ack: 504 });
        says({ flags: 'FA', seq: 101, ack: 504 });
        hears({ flags: 'FA', seq: 504, ack: 102 });
        says({ seq: 102, ack: 505 });
      },
    ],
    [
      'another incarnation',
      ({ hears, says }) => {
        hears({ seq: 501, ack: 101, payload: text('xyz') });
        says({ seq: 101, ack: 504 });
        says({ flags: 'S', seq: 0x70000000, ack: 0 });
        hears({ flags: 'SA', seq: 0x60000000, ack: 0x70000001, window: 10 });
        says({ seq: 0x70000001, ack: 0x60000001, payload: text('other') });
      },
    ],
    ['a reset, whatever its numbers', ({ says }) => says({ flags: 'RA', seq: 9, ack: 9 })],
  ])('are content with %s', (_name, act) => {
    expect(complaintsAfter(act)).toEqual([]);
  });

  it.each<[string, (ends: ReturnType<typeof opened>) => void]>([
    ['acknowledges what never came', ({ says }) => says({ seq: 101, ack: 502 })],
    ['takes back what it acknowledged, 501', ({ says }) => says({ seq: 101, ack: 500 })],
    [
      'repeats byte 1 differently',
      ({ says }) => {
        says({ seq: 101, ack: 501, payload: text('abc') });
        says({ seq: 101, ack: 501, payload: text('aXc') });
      },
    ],
    ['leaves out text', ({ says }) => says({ seq: 102, ack: 501, payload: text('b') })],
    [
      'has text 1 bytes beyond the window',
      ({ says }) => says({ seq: 101, ack: 501, payload: text('12345678901') }),
    ],
    [
      'has text beyond its FIN',
      ({ says }) => {
        says({ flags: 'FA', seq: 101, ack: 501 });
        says({ seq: 101, ack: 501, payload: text('a') });
      },
    ],
  ])('complain of an end that %s', (complaint, act) => {
    expect(complaintsAfter(act)).toContain(complaint);
  });

  it('does not count what arrived damaged', () => {
    const checker = new SequenceNumbers();
    const complaints: string[] = [];
    const complain = (complaint: string): void => void complaints.push(complaint);
    const hear = (fields: TcpFields, damage: number): void => {
      const packet = segment({ ...BACK, ...fields });
      packet[packet.length - 1]! ^= damage;
      checker.arrives(HOST, new InFlight(packet));
    };
    hear({ flags: 'SA', seq: 500, ack: 101 }, 0);
    hear({ seq: 501, ack: 101, payload: text('xyz') }, 1);
    checker.departs(HOST, new InFlight(segment({ seq: 101, ack: 504 })), complain);
    expect(complaints).toHaveLength(1);
  });
});

describe('streams', () => {
  const stream = () => {
    const streams = new Streams();
    const one = streams.open('stream', 7);
    const complaints = (): string[] => {
      const texts: string[] = [];
      streams.finish(undefined, (complaint) => texts.push(complaint));
      return texts;
    };
    const bytes = new Uint8Array(10);
    one.offer(bytes);
    one.wrote(10);
    one.attach();
    return { one, bytes, complaints };
  };
  const EOF = new Uint8Array(0);

  it('are content with all bytes and an end, or a part and an error', () => {
    const whole = stream();
    whole.one.close();
    whole.one.arrived(whole.bytes.subarray(0, 4));
    whole.one.arrived(whole.bytes.subarray(4));
    whole.one.arrived(EOF);
    expect(whole.complaints()).toEqual([]);
    const part = stream();
    part.one.arrived(part.bytes.subarray(0, 4));
    part.one.failed();
    expect(part.complaints()).toEqual([]);
  });

  it.each<[string, (one: ReturnType<typeof stream>) => void]>([
    ['byte 0 is another than was written', ({ one, bytes }) => one.arrived(bytes.subarray(1))],
    [
      'byte 4 is another than was written',
      ({ one, bytes }) => {
        one.arrived(bytes.subarray(0, 4));
        one.arrived(bytes.subarray(0, 4));
      },
    ],
    [
      'the end after 4 of 10 bytes',
      ({ one, bytes }) => {
        one.close();
        one.arrived(bytes.subarray(0, 4));
        one.arrived(EOF);
      },
    ],
    [
      'an end that nobody wrote',
      ({ one, bytes }) => {
        one.arrived(bytes);
        one.arrived(EOF);
      },
    ],
    [
      'read after its eof',
      ({ one, bytes }) => {
        one.close();
        one.arrived(bytes);
        one.arrived(EOF);
        one.arrived(EOF);
      },
    ],
    ['its reader still waits', ({ one, bytes }) => one.arrived(bytes)],
  ])('complain: %s', (complaint, act) => {
    const tested = stream();
    act(tested);
    expect(tested.complaints()).toContain(`stream: ${complaint}`);
  });
});
