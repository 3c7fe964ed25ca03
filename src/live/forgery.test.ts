import { describe, expect, it } from 'vitest';
import type { Forgery } from '../causes/scenario.ts';
import { Datagram, readDatagram } from '../wire/datagram.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { ACK, RST, SYN } from '../wire/packet.ts';
import { readSegment } from '../wire/segment-in.ts';
import { PSH, Segment } from '../wire/segment.ts';
import { forgeFrom, rawPacket } from './forgery.ts';
import { frameLike, packetOf, readFrame } from './frame.ts';
import { fitting } from '../causes/scenario-match.ts';

const CLIENT = { address: parseAddress('10.98.1.10')!, port: 40_000 };
const SERVER = { address: parseAddress('10.98.1.200')!, port: 80 };
/** To 02:…:02:00, from 02:…:10, IPv4. */
const ETHERNET = new Uint8Array([2, 0, 0, 0, 2, 0, 2, 0, 0, 0, 0, 0x10, 8, 0]);

/** Ten bytes of the client at 1000, acknowledging 5000. */
const passing = () => {
  const segment = new Segment();
  Object.assign(segment, { seq: 1000, ack: 5000, flags: ACK | PSH, window: 502 });
  segment.payload = Buffer.from('GET /x ok!');
  segment.payloadLength = 10;
  const frame = frameLike(ETHERNET, packetOf(segment, CLIENT, SERVER, 64), false);
  return readFrame(frame, 'server')!;
};

/** The forged segment as its receiver takes it in, which looks at checksums. */
const received = (forgery: Partial<Forgery>) => {
  const forged = forgeFrom(passing(), { like: {}, flags: ['RST'], ...forgery });
  const [datagram, segment] = [new Datagram(), new Segment()];
  const intact =
    readDatagram(forged.frame, 14, forged.frame.length - 14, datagram) &&
    readSegment(datagram, segment, true);
  expect(intact).toBe(true);
  return { ...forged, datagram, segment };
};

describe('a forger', () => {
  it('answers in the name of the receiver: numbers, addresses and hardware addresses turned', () => {
    const { frame, toward, segment, datagram } = received({
      answer: true,
      flags: ['RST', 'ACK'],
      window: 0,
      ttl: 44,
    });
    expect([segment.seq, segment.ack, segment.window]).toEqual([5000, 1010, 0]);
    expect([segment.flags, segment.payloadLength, datagram.ttl]).toEqual([RST | ACK, 0, 44]);
    expect([segment.sourcePort, segment.targetPort, toward]).toEqual([80, 40_000, 'client']);
    expect([...frame.subarray(0, 12)]).toEqual([
      ...ETHERNET.subarray(6, 12),
      ...ETHERNET.subarray(0, 6),
    ]);
  });

  it('goes on in the name of the sender, after the text, further if asked', () => {
    const { segment, toward, datagram } = received({ after: true, seqPlus: 100 });
    expect([segment.seq, segment.ack, segment.flags, toward]).toEqual([1110, 0, RST, 'server']);
    expect([segment.window, datagram.ttl]).toEqual([502, 64]);
  });

  it('repeats in place, with other text', () => {
    const { segment } = received({ flags: ['ACK'], text: 'far ahead', ackPlus: -1 });
    expect([segment.seq, segment.ack, segment.payloadLength]).toEqual([1000, 4999, 9]);
  });
});

it('writes a raw SYN with the numbers it is given', () => {
  const raw = { from: 61_000, port: 445, flags: ['SYN'], seq: 0xffff_fff0, mss: 1460 } as const;
  const packet = rawPacket(raw, { ...CLIENT, port: 61_000 }, { ...SERVER, port: 445 });
  const [datagram, segment] = [new Datagram(), new Segment()];
  expect(readDatagram(packet, 0, packet.length, datagram)).toBe(true);
  expect(readSegment(datagram, segment, true)).toBe(true);
  expect([segment.seq >>> 0, segment.flags, segment.mss]).toEqual([0xffff_fff0, SYN, 1460]);
});

describe('a match', () => {
  const portOf = (socket: string): number => (socket === 'one' ? 40_000 : 50_000);
  const fits = (match: Parameters<typeof fitting>[0], toward: 'client' | 'server' = 'server') =>
    fitting(match, portOf)(passing().segment, toward);

  it('looks past PSH, at flags, direction, text and sockets', () => {
    expect(fits({})).toBe(true);
    expect(fits({ flags: ['ACK'], text: true, contains: '/x' })).toBe(true);
    expect(fits({ sockets: ['one'] })).toBe(true);
  });

  it.each([
    { toward: 'client' },
    { flags: ['ACK', 'FIN'] },
    { has: ['SYN'] },
    { text: false },
    { contains: '/y' },
    { sockets: ['another'] },
  ] as const)('does not fit %j', (match) => {
    expect(fits(match)).toBe(false);
  });
});

it('leaves everything but TCP to pass untouched', () => {
  const arp = new Uint8Array(42);
  arp.set([8, 6], 12);
  expect(readFrame(arp, 'client')).toBeUndefined();
});
