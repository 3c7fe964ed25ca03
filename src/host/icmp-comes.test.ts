import { describe, expect, it } from 'vitest';
import { parseAddress } from '../wire/ip-address.ts';
import { Host } from './host.ts';

/** Packets written out from RFC 792 and RFC 4443, their checksums summed elsewhere. */

const ECHO = '4500002542420000210143940a0000010a0000020800092b1234000772657365746c616221';
const REPLY = '4500002500004000400126d60a0000020a0000010000112b1234000772657365746c616221';
const IPV6 = '6000000000113a';
const ONE = 'fd000000000000000000000000000001';
const TWO = 'fd000000000000000000000000000002';
const ECHO_V6 = `${IPV6}21${ONE}${TWO}800096da1234000772657365746c616221`;
const REPLY_V6 = `${IPV6}40${TWO}${ONE}810095da1234000772657365746c616221`;

const answersTo = (hex: string): string[] => {
  const sent: string[] = [];
  const host = new Host({
    addresses: [parseAddress('10.0.0.2')!, parseAddress('fd00::2')!],
    secret: [1, 2],
    clock: { now: 0 },
    egress: (bytes, length) => sent.push(Buffer.from(bytes.slice(0, length)).toString('hex')),
  });
  const packet = Buffer.from(hex, 'hex');
  host.packetArrives(packet, 0, packet.length, 0);
  return sent;
};

describe('an echo request', () => {
  it.each([
    ['of ICMP', ECHO, REPLY],
    ['of ICMPv6', ECHO_V6, REPLY_V6],
  ])('%s is answered with its own bytes (RFC 1122 §3.2.2.6, RFC 4443 §4.2)', (_, echo, reply) => {
    expect(answersTo(echo)).toEqual([reply]);
  });

  it.each([
    ['to another host', ECHO.replace('0a000002', '0a000003').replace('4394', '4393')],
    ['with a wrong checksum', ECHO.replace('092b', '092c')],
    ['of ICMPv6 with a wrong checksum', ECHO_V6.replace('96da', '96db')],
    ['from a group', ECHO_V6.replace(ONE, `ff02${ONE.slice(4)}`).replace('96da', '94d8')],
    ['that is a piece of one', ECHO.replace('42420000', '42422000').replace('4394', '2394')],
    ['that is an answer', REPLY.replace('0a0000020a000001', '0a0000010a000002')],
    ['cut short', ECHO.slice(0, -2)],
  ])('%s is not answered', (_, packet) => {
    expect(answersTo(packet)).toEqual([]);
  });
});
