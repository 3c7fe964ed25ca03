import { expect, it } from 'vitest';
import { bytes, pcapng, segment, text } from '../../test/packets.ts';
import { installed, runOn } from '../../test/tools.ts';
import { PcapngWriter } from './pcapng-writer.ts';

const BLOCKS = pcapng();
const PACKET = segment({ payload: text('a') });

it('writes the blocks of the specification', () => {
  const writer = new PcapngWriter('client');
  writer.packet(1_700_000_000_001.5, PACKET);
  writer.packet(1_700_000_001_000, PACKET, 'closed-port: ü');
  const { section, option, u16, u32, block, packet } = BLOCKS;
  const application = [...option(4, [...text('resetlab')]), ...u32(0)];
  const name = [...option(2, [...text('client')]), ...option(9, [9]), ...u32(0)];
  const comment = [...option(1, [...text('closed-port: ü')]), ...u32(0)];
  const header = section().subarray(8, -4);
  expect(writer.whole()).toEqual(
    bytes(
      block(0x0a0d0d0a, header, application),
      block(1, u16(101), u16(0), u32(0), name),
      packet({ data: PACKET }, 0, 1_700_000_000_001_500_000n),
      packet({ data: PACKET }, 0, 1_700_000_001_000_000_000n, comment),
    ),
  );
});

it.runIf(installed('tshark', '--version'))('is read by tshark, comments too', () => {
  const writer = new PcapngWriter('server');
  for (let count = 0; count < 200; count += 1) writer.packet(count, PACKET, `number ${count}`);
  const printed = runOn(writer.whole(), 'tshark', (path) => [
    ...'-T fields -e frame.comment -e tcp.len -r'.split(' '),
    path,
  ]);
  const lines = printed.trim().split('\n');
  expect(lines).toHaveLength(200);
  expect(lines[199]).toBe('number 199\t1');
});
