import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bytes,
  be16,
  be32,
  bytes,
  ethernet,
  geneve,
  gre,
  icmp,
  ipv4,
  ipv6,
  loopback,
  segment,
  sll,
  sll2,
  tcp,
  text,
  udp,
  vlanTag,
  vxlan,
  zeros,
} from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { addressText, endpointText } from './address.ts';
import { decodeFrame } from './decode.ts';
import {
  HEADER_CUT,
  ICMP_ERROR,
  LATER_FRAGMENT,
  MALFORMED,
  OTHER,
  TCP_SEGMENT,
  UNKNOWN_LINK_TYPE,
} from './frame-kind.ts';
import { ACK, Packet, RST, SYN } from './packet.ts';

const decode = (frame: Bytes, linkType = 1, captured = frame.length, original = frame.length) => {
  // Bytes before and behind the frame must not matter.
  const around = bytes([9, 9, 9], frame.subarray(0, captured), [9, 9, 9, 9, 9, 9, 9, 9]);
  const view = new DataView(around.buffer);
  const packet = new Packet();
  const kind = decodeFrame(packet, around, view, 3, captured, original, linkType);
  return { kind, packet };
};

const ends = (packet: Packet): string => {
  const { ipVersion: version, source0, source1, source2, source3 } = packet;
  const { target0, target1, target2, target3, sourcePort, targetPort } = packet;
  const source = endpointText(version, source0, source1, source2, source3, sourcePort);
  return `${source} ${endpointText(version, target0, target1, target2, target3, targetPort)}`;
};

const V4_ENDS = '10.0.0.1:40000 10.0.0.2:80';
const V6_ENDS = '[fd00::1]:40000 [fd00::2]:80';
const v4 = segment({ flags: 'S', seq: 0xfedcba98 });
const v6 = segment({ source: 'fd00::1', target: 'fd00::2', flags: 'S', seq: 0xfedcba98 });

describe('link types', () => {
  const cases: readonly (readonly [string, Bytes, number, string])[] = [
    ['Ethernet, IPv4', ethernet(v4), 1, V4_ENDS],
    ['Ethernet, IPv6', ethernet(v6), 1, V6_ENDS],
    ['802.1Q', ethernet(vlanTag(v4, 5), 0x8100), 1, V4_ENDS],
    ['802.1ad over 802.1Q', ethernet(vlanTag(vlanTag(v6, 5), 6, 0x8100), 0x88a8), 1, V6_ENDS],
    ['QinQ of old switches', ethernet(vlanTag(vlanTag(v4, 5), 6, 0x8100), 0x9100), 1, V4_ENDS],
    ['SNAP', ethernet(bytes([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], v4), 48), 1, V4_ENDS],
    ['MPLS, two labels', ethernet(bytes(be32(0x1_0000), be32(0x2_0100), v4), 0x8847), 1, V4_ENDS],
    ['PPPoE', ethernet(bytes(0x11, 0, be16(1), be16(42), [0x00, 0x21], v4), 0x8864), 1, V4_ENDS],
    ['Linux SLL', sll(v4), 113, V4_ENDS],
    ['Linux SLL with a VLAN tag', sll(vlanTag(v4, 5), 0, 0x8100), 113, V4_ENDS],
    ['Linux SLL2', sll2(v6), 276, V6_ENDS],
    ['BSD null, little-endian', loopback(v4, 2, true), 0, V4_ENDS],
    ['BSD null, big-endian', loopback(v4, 2, false), 0, V4_ENDS],
    ['BSD null, IPv6 of Darwin', loopback(v6, 30, true), 0, V6_ENDS],
    ['BSD null, IPv6 of FreeBSD', loopback(v6, 28, true), 0, V6_ENDS],
    ['BSD loop, IPv6 of OpenBSD', loopback(v6, 24, false), 108, V6_ENDS],
    ['raw 101', v4, 101, V4_ENDS],
    ['raw 12', v6, 12, V6_ENDS],
    ['raw 14', v4, 14, V4_ENDS],
    ['raw IPv4', v4, 228, V4_ENDS],
    ['raw IPv6', v6, 229, V6_ENDS],
    ['PPP', bytes([0xff, 3, 0, 0x21], v4), 9, V4_ENDS],
    ['PPP, all compressed', bytes([0x57], v6), 9, V6_ENDS],
    ['Cisco HDLC', bytes([0x0f, 0, 8, 0], v4), 104, V4_ENDS],
  ];
  it.each(cases)('%s', (_name, frame, linkType, expected) => {
    const { kind, packet } = decode(frame, linkType);
    expect(kind).toBe(TCP_SEGMENT);
    expect(ends(packet)).toBe(expected);
    expect(packet.flags).toBe(SYN);
    expect(packet.seq).toBe(0xfedcba98 | 0);
    expect(packet.payloadLength).toBe(0);
  });

  it('counts VLAN tags', () => {
    const { packet } = decode(ethernet(vlanTag(vlanTag(v6, 5), 6, 0x8100), 0x88a8));
    expect(packet.vlanTags).toBe(2);
  });

  it('tells direction and interface of Linux cooked frames', () => {
    expect(decode(sll(v4, 4), 113).packet.slType).toBe(4);
    const { packet } = decode(sll2(v4, 4, 17), 276);
    expect(packet).toMatchObject({ slType: 4, interfaceId: 17 });
  });

  it('does not guess at a link type it does not know', () => {
    expect(decode(ethernet(v4), 147).kind).toBe(UNKNOWN_LINK_TYPE);
  });

  it('passes over ARP, LLC and UDP', () => {
    expect(decode(ethernet(zeros(46), 0x0806)).kind).toBe(OTHER);
    expect(decode(ethernet(bytes([0x42, 0x42, 3], zeros(35)), 38)).kind).toBe(OTHER);
    expect(decode(ethernet(ipv4(udp(zeros(20), 53), { protocol: 17 }))).kind).toBe(OTHER);
  });
});

describe('lengths', () => {
  const hello = tcp({ options: [1, 1, 8, 10, ...zeros(8)], payload: text('hello') });

  it('does not take Ethernet padding for payload', () => {
    const { packet } = decode(bytes(ethernet(segment({ flags: 'A' })), zeros(6)));
    expect(packet).toMatchObject({ payloadLength: 0, payloadCaptured: 0 });
  });

  it('takes the payload from the IP header, and says how much of it was captured', () => {
    const frame = ethernet(ipv4(hello));
    for (const linkFrame of [frame, ethernet(vlanTag(ipv4(hello), 1), 0x8100)]) {
      const { kind, packet } = decode(linkFrame, 1, linkFrame.length - 3, linkFrame.length);
      expect(kind).toBe(TCP_SEGMENT);
      expect(packet).toMatchObject({ payloadLength: 5, payloadCaptured: 2, optionsLength: 12 });
      expect(packet.payloadOffset).toBe(3 + linkFrame.length - 5);
      expect(packet.optionsOffset).toBe(3 + linkFrame.length - 17);
    }
  });

  it('uses the captured length where segmentation offload left the IP length zero', () => {
    const four = decode(ethernet(ipv4(hello, { length: 0 })));
    expect(four.packet).toMatchObject({ payloadLength: 5, lengthFromCapture: true });
    const six = decode(ethernet(ipv6(hello, { length: 0 })));
    expect(six.packet).toMatchObject({ payloadLength: 5, lengthFromCapture: true });
    const cut = decode(ethernet(ipv4(hello, { length: 0 })), 1, 70, 9014);
    expect(cut.packet).toMatchObject({ payloadLength: 9014 - 66, payloadCaptured: 4 });
    expect(decode(ethernet(ipv4(hello))).packet.lengthFromCapture).toBe(false);
  });

  it('reads ports and flags from 14 bytes of TCP, the window from 16, and no less', () => {
    const frame = ethernet(segment({ flags: 'RA', window: 77 }));
    const at = (tcpBytes: number) => decode(frame, 1, 34 + tcpBytes, frame.length);
    expect(at(13).kind).toBe(HEADER_CUT);
    for (const tcpBytes of [14, 15, 16, 19]) {
      const { kind, packet } = at(tcpBytes);
      expect(kind).toBe(TCP_SEGMENT);
      expect(packet.flags).toBe(RST | ACK);
      expect(packet.window).toBe(tcpBytes < 16 ? -1 : 77);
      expect(ends(packet)).toBe(V4_ENDS);
      expect(packet).toMatchObject({ payloadLength: 0, payloadCaptured: 0, optionsLength: 0 });
    }
  });

  it('says how many bytes of options the wire had', () => {
    const frame = ethernet(ipv4(hello));
    const { packet } = decode(frame, 1, 14 + 20 + 20 + 5, frame.length);
    expect(packet).toMatchObject({ optionsLength: 5, optionsOnWire: 12, payloadLength: 5 });
  });

  it('calls headers that cannot be true malformed', () => {
    const lies: readonly Bytes[] = [
      ethernet(ipv4(tcp({ dataOffset: 4 }))),
      ethernet(ipv4(tcp({ dataOffset: 15 }))),
      ethernet(ipv4(tcp(), { length: 19 })),
      ethernet(ipv4(tcp(), { length: 39 })),
      ethernet(bytes([0x44], ipv4(tcp()).subarray(1)), 0x0800),
      ethernet(bytes([0x65], ipv4(tcp()).subarray(1)), 0x0800),
      ethernet(ipv6(tcp(), { length: 19 })),
      ethernet(ipv4(bytes([6, 200], zeros(30)), { protocol: 51 })),
      zeros(13),
    ];
    for (const frame of lies) expect(decode(frame).kind).toBe(MALFORMED);
  });

  it('believes an IP length beyond the frame (some tools rewrite the original length)', () => {
    const frame = ethernet(ipv4(tcp({ payload: zeros(100) })));
    const { packet } = decode(frame.subarray(0, 64), 1, 64, 64);
    expect(packet).toMatchObject({ payloadLength: 100, payloadCaptured: 10 });
  });
});

describe('inside IP', () => {
  it('passes IPv4 options', () => {
    const { packet } = decode(
      ethernet(ipv4(tcp({ payload: text('x') }), { options: [1, 1, 1, 0] })),
    );
    expect(packet).toMatchObject({ sourcePort: 40_000, payloadLength: 1 });
  });

  it('keeps TTL, hop limit and identification', () => {
    expect(decode(ethernet(segment({ ttl: 3, ipId: 0xbeef }))).packet).toMatchObject({
      ttl: 3,
      ipId: 0xbeef,
    });
    const tagged = ethernet(vlanTag(segment({ ttl: 255, ipId: 1 }), 9), 0x8100);
    expect(decode(tagged).packet).toMatchObject({ ttl: 255, ipId: 1 });
    const six = decode(ethernet(ipv6(tcp(), { ttl: 200 })));
    expect(six.packet).toMatchObject({ ttl: 200, ipId: -1 });
  });

  it('passes IPv6 extension headers', () => {
    const inner = tcp({ payload: text('abc') });
    // Hop-by-hop → routing → destination options → authentication (12 bytes) → fragment → TCP.
    const headers = bytes(
      [43, 0, ...zeros(6)],
      [60, 0, ...zeros(6)],
      [51, 1, ...zeros(14)],
      [44, 1, ...zeros(10)],
      [6, 0, 0, 1, ...be32(99)],
    );
    const { kind, packet } = decode(ethernet(ipv6(bytes(headers, inner), { protocol: 0 })));
    expect(kind).toBe(TCP_SEGMENT);
    expect(packet).toMatchObject({ sourcePort: 40_000, payloadLength: 3 });
  });

  it('uses a first fragment and counts the later ones', () => {
    const first = ipv4(tcp({ payload: zeros(28) }), { moreFragments: true });
    expect(decode(ethernet(first)).packet.payloadLength).toBe(28);
    expect(decode(ethernet(ipv4(zeros(48), { fragmentOffset: 48 }))).kind).toBe(LATER_FRAGMENT);
    const later = ipv6(bytes([6, 0, ...be16(48), ...be32(9)], zeros(48)), { protocol: 44 });
    expect(decode(ethernet(later)).kind).toBe(LATER_FRAGMENT);
  });

  it('does not look into ESP', () => {
    expect(decode(ethernet(ipv4(zeros(60), { protocol: 50 }))).kind).toBe(OTHER);
    expect(decode(ethernet(ipv6(zeros(60), { protocol: 50 }))).kind).toBe(OTHER);
  });
});

describe('tunnels', () => {
  const outside = { source: '192.0.2.1', target: '192.0.2.2', ttl: 9 };
  const inUdp = (datagram: Bytes) => ethernet(ipv4(datagram, { ...outside, protocol: 17 }));
  const inGre = (packet: Bytes) => ethernet(ipv4(packet, { ...outside, protocol: 47 }));
  const erspan3 = bytes(zeros(11), 1, zeros(8), ethernet(v4));
  const cases: readonly (readonly [string, Bytes, string])[] = [
    ['VXLAN', inUdp(vxlan(ethernet(v4))), V4_ENDS],
    ['VXLAN on 8472', inUdp(vxlan(ethernet(v6), 8472)), V6_ENDS],
    ['VXLAN with a VLAN inside', inUdp(vxlan(ethernet(vlanTag(v4, 3), 0x8100))), V4_ENDS],
    ['Geneve, Ethernet', inUdp(geneve(ethernet(v4), 0x6558, [1, 2, 3, 0])), V4_ENDS],
    ['Geneve, IPv6', inUdp(geneve(v6, 0x86dd)), V6_ENDS],
    ['GRE', inGre(gre(v4)), V4_ENDS],
    ['GRE, all fields', inGre(gre(v6, { checksum: true, key: 1, sequence: 2 })), V6_ENDS],
    ['GRE, key', inGre(gre(v4, { key: 1 })), V4_ENDS],
    ['GRE, bridging', inGre(gre(ethernet(v4), { protocol: 0x6558 })), V4_ENDS],
    ['ERSPAN I', inGre(gre(ethernet(v4), { protocol: 0x88be })), V4_ENDS],
    [
      'ERSPAN II',
      inGre(gre(bytes(zeros(8), ethernet(v4)), { protocol: 0x88be, sequence: 1 })),
      V4_ENDS,
    ],
    ['ERSPAN III', inGre(gre(erspan3, { protocol: 0x22eb, sequence: 1 })), V4_ENDS],
    ['IPv4 in IPv4', ethernet(ipv4(v4, { ...outside, protocol: 4 })), V4_ENDS],
    ['IPv6 in IPv4', ethernet(ipv4(v6, { ...outside, protocol: 41 })), V6_ENDS],
    ['IPv4 in IPv6', ethernet(ipv6(v4, { protocol: 4 })), V4_ENDS],
  ];
  it.each(cases)('%s', (_name, frame, expected) => {
    const { kind, packet } = decode(frame);
    expect(kind).toBe(TCP_SEGMENT);
    expect(ends(packet)).toBe(expected);
    expect(packet).toMatchObject({ tunnels: 1, ttl: 64, payloadLength: 0 });
  });

  it('stops at a depth that no network has', () => {
    let datagram = v4;
    for (let depth = 0; depth < 9; depth += 1) datagram = ipv4(datagram, { protocol: 4 });
    expect(decode(ethernet(datagram)).kind).toBe(MALFORMED);
  });

  it('leaves other traffic on a tunnel port alone', () => {
    expect(decode(inUdp(udp(zeros(40), 4789))).kind).toBe(OTHER);
    expect(decode(inUdp(udp(bytes(0xc0, zeros(40)), 6081))).kind).toBe(OTHER);
  });
});

describe('ICMP errors', () => {
  const reporter = { source: '192.0.2.9', target: '10.0.0.1', protocol: 1, ttl: 50 };
  const lost = ipv4(tcp({ seq: 0x80000001, flags: 'S' }), { ttl: 1 });
  const error = (quotation: Bytes, type = 3, code = 1) =>
    decode(ethernet(ipv4(icmp(type, code, quotation), reporter)));

  it('names the segment complained about, from 8 quoted bytes of TCP', () => {
    const { kind, packet } = error(lost.subarray(0, 28));
    expect(kind).toBe(ICMP_ERROR);
    expect(ends(packet)).toBe(V4_ENDS);
    expect(addressText(4, packet.reporter0, 0, 0, 0)).toBe('192.0.2.9');
    expect(packet).toMatchObject({ icmpType: 3, icmpCode: 1, seq: 0x80000001 | 0, ttl: 50 });
    expect(packet).toMatchObject({ flags: 0, payloadLength: 0 });
  });

  it('reads time exceeded and parameter problem, passes over echo and redirect', () => {
    expect(error(lost, 11, 0).packet.icmpType).toBe(11);
    expect(error(lost, 12, 0).kind).toBe(ICMP_ERROR);
    expect(error(lost, 0, 0).kind).toBe(OTHER);
    expect(error(lost, 5, 0).kind).toBe(OTHER);
  });

  it('passes over quotations of anything but TCP, and those too short', () => {
    expect(error(lost.subarray(0, 27)).kind).toBe(OTHER);
    expect(error(ipv4(udp(zeros(8), 4789), { protocol: 17 })).kind).toBe(OTHER);
    expect(error(ipv4(icmp(3, 1, lost), { protocol: 1 })).kind).toBe(OTHER);
    expect(error(ipv4(zeros(20), { fragmentOffset: 8 })).kind).toBe(OTHER);
  });

  it('reads ICMPv6', () => {
    const quotation = segment({ source: 'fd00::1', target: 'fd00::2', seq: 5 });
    const on = { source: '2001:db8::9', target: 'fd00::1', protocol: 58 };
    const unreachable = decode(ethernet(ipv6(icmp(1, 4, quotation), on)));
    expect(unreachable.kind).toBe(ICMP_ERROR);
    expect(ends(unreachable.packet)).toBe(V6_ENDS);
    expect(unreachable.packet).toMatchObject({ icmpType: 1, icmpCode: 4, seq: 5 });
    const { reporter0, reporter1, reporter2, reporter3 } = unreachable.packet;
    expect(addressText(6, reporter0, reporter1, reporter2, reporter3)).toBe('2001:db8::9');
    expect(decode(ethernet(ipv6(icmp(135, 0, quotation), on))).kind).toBe(OTHER);
  });

  it('does not linger in the packet that comes next', () => {
    const packet = new Packet();
    const show = (frame: Bytes) =>
      decodeFrame(packet, frame, new DataView(frame.buffer), 0, frame.length, frame.length, 1);
    show(ethernet(ipv4(icmp(3, 1, lost), reporter)));
    expect(packet.icmpType).toBe(3);
    show(ethernet(v4));
    expect(packet.icmpType).toBe(-1);
    show(ethernet(ipv4(icmp(3, 1, lost), reporter)));
    show(ethernet(v6));
    expect(packet.icmpType).toBe(-1);
  });
});

describe('any bytes', () => {
  const linkTypes = [0, 1, 9, 12, 51, 101, 104, 108, 113, 228, 229, 276, 999];
  const skeletons = [
    ethernet(v4),
    ethernet(v6),
    ethernet(vlanTag(v6, 1), 0x8100),
    sll(v4),
    sll2(v6),
    ethernet(ipv4(vxlan(ethernet(v4)), { protocol: 17 })),
    ethernet(ipv4(gre(v6, { key: 1 }), { protocol: 47 })),
    ethernet(ipv4(icmp(3, 1, v4), { protocol: 1 })),
    ethernet(ipv6(bytes([6, 0, 0, 1, 0, 0, 0, 0], tcp()), { protocol: 44 })),
  ];

  it('never throw, and never point outside of what was captured', () => {
    const frames = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(
          fc.constantFrom(...skeletons),
          fc.array(fc.tuple(fc.nat(199), fc.nat(255)), { maxLength: 6 }),
          fc.nat(200),
        )
        .map(([skeleton, changes, length]) => {
          const frame = skeleton.slice(0, Math.max(1, length));
          for (const [at, value] of changes) if (at < frame.length) frame[at] = value;
          return frame;
        }),
    );
    holds(
      fc.property(
        frames,
        fc.constantFrom(...linkTypes),
        fc.nat(70_000),
        (frame, linkType, more) => {
          const { kind, packet } = decode(frame, linkType, frame.length, frame.length + more);
          expect(kind).toBeGreaterThanOrEqual(TCP_SEGMENT);
          expect(kind).toBeLessThanOrEqual(UNKNOWN_LINK_TYPE);
          if (kind !== TCP_SEGMENT) return;
          const end = 3 + frame.length;
          expect(packet.payloadLength).toBeGreaterThanOrEqual(packet.payloadCaptured);
          expect(packet.payloadCaptured).toBeGreaterThanOrEqual(0);
          expect(packet.optionsLength).toBeGreaterThanOrEqual(0);
          if (packet.payloadCaptured > 0) {
            expect(packet.payloadOffset + packet.payloadCaptured).toBeLessThanOrEqual(end);
          }
          if (packet.optionsLength > 0) {
            expect(packet.optionsOffset + packet.optionsLength).toBeLessThanOrEqual(end);
          }
        },
      ),
      5000,
    );
  });
});
