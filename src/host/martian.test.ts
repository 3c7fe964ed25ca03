import { describe, expect, it } from 'vitest';
import { segment } from '../../test/packets.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { Host } from './host.ts';

/** How many packets a host of these addresses answers a segment with that nobody there waits for. */
const answers = (own: readonly string[], source: string, target: string): number => {
  let sent = 0;
  const host = new Host({
    addresses: own.map((text) => parseAddress(text)!),
    secret: [1, 2],
    clock: { now: 0 },
    egress: () => (sent += 1),
  });
  const packet = segment({ source, target, flags: 'S' });
  host.packetArrives(packet, 0, packet.length, 0);
  return sent;
};

const OURS = ['10.0.0.2', 'fd00::2'];

describe('a segment', () => {
  it('from an address of a host is answered', () => {
    expect(answers(OURS, '10.0.0.1', '10.0.0.2')).toBe(1);
    expect(answers(OURS, 'fd00::1', 'fd00::2')).toBe(1);
  });

  it.each(['127.0.0.1', '127.9.9.9', '0.0.0.0', '224.0.0.1', '255.255.255.255'])(
    'from %s is not (RFC 1122 §3.2.1.3)',
    (source) => expect(answers(OURS, source, '10.0.0.2')).toBe(0),
  );

  it.each(['::1', '::', 'ff02::1'])('from %s is not (RFC 4291 §2.5)', (source) =>
    expect(answers(OURS, source, 'fd00::2')).toBe(0),
  );

  it('from a loopback address is answered by a host on a loopback', () => {
    expect(answers(['127.0.0.1', '::1'], '127.0.0.1', '127.0.0.1')).toBe(1);
    expect(answers(['127.0.0.1', '::1'], '::1', '::1')).toBe(1);
  });
});
