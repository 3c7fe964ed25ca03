import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, icmp, ipv4, ipv6, segment, text } from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { Datagram, readDatagram } from './datagram.ts';
import {
  type IcmpError,
  IcmpMessage,
  readIcmpMessage,
  writeEchoReply,
  writeIcmpError,
} from './icmp-message.ts';
import { parseAddress } from './ip-address.ts';

const read = (packet: Uint8Array): IcmpMessage | undefined => {
  const datagram = new Datagram();
  const into = new IcmpMessage();
  if (!readDatagram(packet, 0, packet.length, datagram)) return;
  return readIcmpMessage(datagram, into) ? into : undefined;
};

const IP = { ttl: 64, id: 0, dontFragment: false };
const router = parseAddress('10.0.0.254')!;
const router6 = parseAddress('fd00::fe')!;
const SYN4 = segment({ flags: 'S', seq: 77 });
const SYN6 = segment({ flags: 'S', seq: 77, source: 'fd00::1', target: 'fd00::2' });

const complain = (error: IcmpError, quoted: Uint8Array, mtu = 0): Uint8Array => {
  const into = new Uint8Array(1400);
  const isV6 = quoted[0] === 0x60;
  const source = isV6 ? router6 : router;
  const target = parseAddress(isV6 ? 'fd00::1' : '10.0.0.1')!;
  const length = writeIcmpError(error, mtu, source, target, IP, quoted, 0, quoted.length, into, 0);
  return into.slice(0, length);
};

describe('errors', () => {
  // RFC 792, RFC 1812 §5.2.7.1, RFC 4443 §3.
  it.each<[IcmpError, number[], number[]]>([
    ['net-unreachable', [3, 0], [1, 0]],
    ['host-unreachable', [3, 1], [1, 3]],
    ['port-unreachable', [3, 3], [1, 4]],
    ['admin-prohibited', [3, 13], [1, 1]],
    ['frag-needed', [3, 4], [2, 0]],
    ['time-exceeded', [11, 0], [3, 0]],
  ])(
    '%s has its type and code in either family, and tells whose segment it is about',
    (error, v4, v6) => {
      for (const [quoted, [type, code]] of [
        [SYN4, v4],
        [SYN6, v6],
      ] as const) {
        const message = read(complain(error, quoted, 1400))!;
        expect(message).toMatchObject({ kind: 'error', type, code, seq: 77 });
        expect(message).toMatchObject({ sourcePort: 40_000, targetPort: 80 });
        expect(message.mtu).toBe(error === 'frag-needed' ? 1400 : 0);
      }
      expect(read(complain(error, SYN6))!.quoted).toMatchObject({
        version: 6,
        source3: 1,
        target3: 2,
      });
    },
  );

  it('is the packet that a hand would write', () => {
    const expected = ipv4(icmp(3, 3, SYN4), {
      protocol: 1,
      ipId: 0,
      source: '10.0.0.254',
      target: '10.0.0.1',
    });
    expect(complain('port-unreachable', SYN4)).toEqual(expected);
  });

  it('quotes up to 576 bytes in all, over IPv6 up to 1280', () => {
    const payload = new Uint8Array(1400);
    expect(complain('host-unreachable', segment({ payload }))).toHaveLength(576);
    const over6 = segment({ payload, source: 'fd00::1', target: 'fd00::2' });
    const message = complain('host-unreachable', over6);
    expect(message).toHaveLength(1280);
    expect(read(message)).toMatchObject({ kind: 'error', seq: 1000 });
  });

  it('reads a quotation that was changed on its way: TTL, checksum', () => {
    const quoted = SYN4.slice(0, 28);
    quoted[8] = 3;
    expect(read(complain('host-unreachable', quoted))).toMatchObject({ kind: 'error', seq: 77 });
  });

  it('drops what is too short to tell, and what has a wrong checksum', () => {
    expect(read(complain('host-unreachable', SYN4.subarray(0, 27)))).toBeUndefined();
    for (const quoted of [SYN4, SYN6]) {
      const spoilt = complain('host-unreachable', quoted);
      spoilt[spoilt.length - 1]! ^= 1;
      expect(read(spoilt)).toBeUndefined();
    }
  });

  it('does not mind those about other protocols', () => {
    const about = ipv4(bytes(text('12345678')), { protocol: 17 });
    expect(read(complain('port-unreachable', about))?.kind).toBe('other');
  });
});

it('answers an echo request with its own bytes', () => {
  const request = ipv4(icmp(8, 0, text('abc')), { protocol: 1 });
  expect(read(request)?.kind).toBe('echo-request');
  const datagram = new Datagram();
  readDatagram(request, 0, request.length, datagram);
  const into = new Uint8Array(100);
  const [source, target] = [parseAddress('10.0.0.2')!, parseAddress('10.0.0.1')!];
  const length = writeEchoReply(datagram, source, target, IP, into, 0);
  const ends = { source: '10.0.0.2', target: '10.0.0.1', ipId: 0 };
  const expected = ipv4(icmp(0, 0, text('abc')), { protocol: 1, ...ends });
  expect(into.subarray(0, length)).toEqual(expected);
});

it('never throws on any message', () => {
  const v4 = fc.boolean();
  holds(
    fc.property(v4, fc.nat({ max: 14 }), fc.uint8Array({ maxLength: 80 }), (is4, type, rest) => {
      const message = icmp(type, 4, rest);
      const packet = is4 ? ipv4(message, { protocol: 1 }) : ipv6(message, { protocol: 58 });
      expect(() => read(packet)).not.toThrow();
    }),
    1000,
  );
});
