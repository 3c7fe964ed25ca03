import { expect, it } from 'vitest';
import { address, ethernet, pcap, segment } from '../../test/packets.ts';
import { installed, runOn } from '../../test/tools.ts';
import { type EndpointWords, communityId } from './community-id.ts';

const end = (written: string, port: number): EndpointWords => {
  const view = new DataView(Uint8Array.from(address(written)).buffer);
  const word = (at: number): number => (at < view.byteLength ? view.getInt32(at) : 0);
  return { word0: word(0), word1: word(4), word2: word(8), word3: word(12), port };
};

const pairs: readonly (readonly [string, number, string, number])[] = [
  ['10.0.0.1', 40_000, '10.0.0.2', 80],
  ['200.1.1.1', 1, '10.0.0.2', 65_535],
  ['10.0.0.2', 9000, '10.0.0.2', 80],
  ['fd00::1', 40_000, 'fd00::2', 80],
  ['fe80::ffff:1', 3, '2001:db8::1', 2],
  ['2001:db8::8000:0', 3, '2001:db8::1', 2],
  ['2001:db8::8000:0:0:1', 3, '2001:db8::1:0:0:2', 2],
];
const idOf = ([a, aPort, b, bPort]: (typeof pairs)[number]): string =>
  communityId(a.includes(':') ? 6 : 4, end(a, aPort), end(b, bPort));

// github.com/corelight/community-id-spec, baseline of its tcp.pcap.
it('is that of the specification', () => {
  const expected = '1:LQU9qZlK+B5F3KDmev6m5PMibrg=';
  expect(idOf(['128.232.110.120', 34_855, '66.35.250.204', 80])).toBe(expected);
});

it('is the same from either side', () => {
  for (const [a, aPort, b, bPort] of pairs) {
    expect(idOf([b, bPort, a, aPort])).toBe(idOf([a, aPort, b, bPort]));
  }
});

it.runIf(installed('tshark', '--version'))('is that of tshark', () => {
  const frames = pairs.map(([source, sourcePort, target, targetPort]) => ({
    data: ethernet(segment({ source, sourcePort, target, targetPort })),
  }));
  const printed = runOn(pcap(frames), 'tshark', (path) => [
    ...'--enable-protocol communityid -T fields -e communityid -r'.split(' '),
    path,
  ]);
  expect(pairs.map(idOf)).toEqual(printed.trim().split('\n'));
});
