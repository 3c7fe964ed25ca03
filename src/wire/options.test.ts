import fc from 'fast-check';
import { expect, it } from 'vitest';
import { be16, be32, bytes } from '../../test/packets.ts';
import { holds } from '../../test/random.ts';
import { MP_CAPABLE, MP_JOIN, TcpOptions, readOptions } from './options.ts';
import { Packet } from './packet.ts';

const read = (options: readonly number[], captured = options.length) => {
  const packet = new Packet();
  packet.bytes = bytes([1, 2, 3], options, [8, 10, 255, 255, 255, 255, 255, 255, 255, 255]);
  packet.optionsOffset = 3;
  packet.optionsLength = captured;
  packet.optionsOnWire = options.length;
  return readOptions(packet, new TcpOptions());
};

const MSS = [2, 4, 0x05, 0xb4];
const TIMESTAMPS = [8, 10, ...be32(0xfffffff0), ...be32(7)];

it('reads the options of a Linux SYN', () => {
  expect(read([...MSS, 4, 2, ...TIMESTAMPS, 1, 3, 3, 7])).toMatchObject({
    mss: 1460,
    windowScale: 7,
    sackPermitted: true,
    hasTimestamps: true,
    tsval: -16,
    tsecr: 7,
    mptcp: -1,
    authenticated: false,
    malformed: false,
    cut: false,
  });
});

it('reads SACK blocks and authentication', () => {
  expect(read([1, 1, 5, 18, ...be32(1), ...be32(2), ...be32(3), ...be32(4)]).sackBlocks).toBe(2);
  expect(read([19, 18, ...Array.from({ length: 16 }, () => 7)]).authenticated).toBe(true);
  expect(read([29, 4, 1, 1]).authenticated).toBe(true);
});

it('reads MPTCP: capable, join, fast close, and the reason of a reset (RFC 8684 §3)', () => {
  expect(read([30, 4, 0x01, 0x81]).mptcp).toBe(MP_CAPABLE);
  const join = [30, 12, 0x10, 1, ...be32(1), ...be32(2)];
  expect(read(join)).toMatchObject({ mptcp: MP_JOIN, mptcpResetReason: -1, mptcpFastclose: false });
  // The T bit, then "middlebox interference".
  expect(read([30, 4, 0x81, 6])).toMatchObject({ mptcp: 8, mptcpResetReason: 6 });
  const both = [30, 12, 0x70, 0, ...be32(1), ...be32(2), 30, 4, 0x80, 3];
  expect(read(both)).toMatchObject({ mptcp: 7, mptcpFastclose: true, mptcpResetReason: 3 });
});

it('keeps what comes before an option that runs over, or has no length', () => {
  expect(read([...MSS, 8, 10, 0, 0])).toMatchObject({ mss: 1460, malformed: true });
  expect(read([...MSS, 8, 0, 1, 1])).toMatchObject({ mss: 1460, malformed: true });
  expect(read([...MSS, 3, 3, 7, 8])).toMatchObject({ windowScale: 7, malformed: true });
});

it('passes over an option of another length than its kind has, as Linux does', () => {
  expect(read([2, 3, 5, 3, 3, 9])).toMatchObject({ mss: -1, windowScale: 9, malformed: false });
});

it('stops at the end of the list', () => {
  expect(read([0, ...MSS])).toMatchObject({ mss: -1, malformed: false });
});

it('tells options cut by the capture from malformed ones', () => {
  const whole = [...MSS, ...TIMESTAMPS];
  expect(read(whole, 13)).toMatchObject({
    mss: 1460,
    hasTimestamps: false,
    malformed: false,
    cut: true,
  });
  expect(read(whole, 5)).toMatchObject({ mss: 1460, malformed: false, cut: true });
  expect(read([...MSS, 0, 0, 0, 0], 6)).toMatchObject({ mss: 1460, cut: false });
});

it('sets every field anew', () => {
  const packet = new Packet();
  const all = [...MSS, 4, 2, ...TIMESTAMPS, 3, 3, 7, 30, 4, 0x81, 6, 29, 4, 1, 1, 99];
  packet.bytes = bytes(all, be16(0));
  packet.optionsLength = all.length;
  packet.optionsOnWire = all.length;
  const options = readOptions(packet, new TcpOptions());
  expect(options.malformed).toBe(true);
  packet.optionsLength = 0;
  packet.optionsOnWire = 0;
  expect(readOptions(packet, options)).toEqual(new TcpOptions());
});

it('never throws, nor reads beyond the options', () => {
  holds(
    fc.property(fc.array(fc.nat(255), { maxLength: 40 }), fc.nat(40), (options, captured) => {
      const result = read(options, Math.min(captured, options.length));
      // Beyond the options stand timestamps of all ones, which must never come in.
      if (result.hasTimestamps && result.tsval === -1 && result.tsecr === -1) {
        expect(options.filter((byte) => byte === 255).length).toBeGreaterThanOrEqual(8);
      }
    }),
    3000,
  );
});
