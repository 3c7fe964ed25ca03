import { expect, it } from 'vitest';
import { collect } from '../../test/collect.ts';
import {
  type Bytes,
  bytes,
  ethernet,
  geneve,
  gre,
  icmp,
  ipv4,
  ipv6,
  loopback,
  pcapng,
  segment,
  sll,
  sll2,
  tcp,
  text,
  vlanTag,
  vxlan,
  zeros,
} from '../../test/packets.ts';
import { installed, runOn } from '../../test/tools.ts';

const one = (n: number) =>
  segment({ seq: 0xfffffff0 + n, ack: n, flags: 'PA', window: n, payload: text('x'.repeat(n)) });
const six = (n: number) =>
  segment({ source: 'fd00::1', target: 'fd00::2', seq: n, flags: 'RA', payload: zeros(n), ttl: n });
const outer = (payload: Bytes, protocol: number) =>
  ethernet(ipv4(payload, { source: '192.0.2.1', target: '192.0.2.2', protocol }));

/** Link type, bytes, and where it was cut. */
const FRAMES: readonly (readonly [number, Bytes, number?])[] = [
  [1, ethernet(one(1))],
  [1, bytes(ethernet(one(0)), zeros(6))],
  [1, ethernet(six(3))],
  [1, ethernet(one(900)), 96],
  [1, ethernet(vlanTag(vlanTag(six(5), 5), 6, 0x8100), 0x88a8)],
  [113, sll(one(2))],
  [276, sll2(six(7), 4, 3)],
  [0, loopback(one(8), 2, true)],
  [108, loopback(six(9), 24, false)],
  [101, six(10)],
  [1, outer(vxlan(ethernet(one(11))), 17)],
  [1, outer(geneve(ethernet(six(12)), 0x6558, [0, 1, 2, 0]), 17)],
  [1, outer(gre(one(13), { key: 5, sequence: 6, checksum: true }), 47)],
  [1, outer(gre(ethernet(one(14)), { protocol: 0x6558 }), 47)],
  [1, outer(one(15), 4)],
  [1, outer(six(16), 41)],
  [
    1,
    ethernet(ipv6(bytes([6, 0, 1, 4, 0, 0, 0, 0], tcp({ payload: zeros(17) })), { protocol: 0 })),
  ],
  [
    1,
    ethernet(ipv6(bytes([6, 0, 0, 0, 0, 0, 0, 9], tcp({ payload: zeros(24) })), { protocol: 44 })),
  ],
  [1, ethernet(ipv4(tcp({ payload: zeros(1400) }), { length: 0 }))],
  [1, ethernet(bytes([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], one(18)), 66)],
  [1, ethernet(bytes([0x11, 0, 0, 1, 0, 61], [0x00, 0x21], one(19)), 0x8864)],
  [9, bytes([0xff, 3, 0, 0x57], six(20))],
  [1, ethernet(ipv4(icmp(3, 3, one(21).subarray(0, 28)), { source: '192.0.2.9', protocol: 1 }))],
];

const FIELDS = (
  'ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport ' +
  'tcp.seq_raw tcp.ack_raw tcp.flags tcp.window_size_value tcp.len'
).split(' ');

it.runIf(installed('tshark', '--version'))('every kind of frame reads as in tshark', () => {
  const ng = pcapng();
  const links = [...new Set(FRAMES.map(([link]) => link))];
  const capture = bytes(
    ng.section(),
    ...links.map((link) => ng.interface(link)),
    ...FRAMES.map(([link, frame, cut]) =>
      ng.packet({ data: frame.subarray(0, cut), original: frame.length }, links.indexOf(link)),
    ),
  );
  // The last occurrence of a field is that of the innermost header.
  const printed = runOn(capture, 'tshark', (path) => [
    ...'-n -T fields -E occurrence=l -o ip.defragment:FALSE -o ipv6.defragment:FALSE'.split(' '),
    ...FIELDS.flatMap((field) => ['-e', field]),
    '-r',
    path,
  ]);
  const theirs = printed
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const { packets, problems } = collect(capture);
  expect(problems).toEqual([]);
  expect(packets.length).toBe(FRAMES.length);
  packets.forEach((packet, index) => {
    const [ip4, to4, ip6, to6, port, toPort, seq, ack, flags, window, length] = theirs[index]!;
    const isSix = packet.source.startsWith('[');
    const ends = isSix
      ? [`[${ip6}]:${port}`, `[${to6}]:${toPort}`]
      : [`${ip4}:${port}`, `${to4}:${toPort}`];
    expect([packet.source, packet.target], `frame ${packet.frame}`).toEqual(ends);
    // Of a quotation tshark tells no more in these fields.
    if (packet.icmpType >= 0) return;
    expect(
      [packet.seq, packet.ack, packet.flags, packet.window, packet.payloadLength],
      `frame ${packet.frame}`,
    ).toEqual([Number(seq), Number(ack), Number(flags), Number(window), Number(length)]);
  });
});
