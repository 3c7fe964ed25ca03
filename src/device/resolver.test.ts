import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holds } from '../../test/random.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { EthernetDevice, type EthernetOptions } from './ethernet-device.ts';
import type { FrameLink, FrameReceiver } from './frame-link.ts';
import { macText, parseMac } from './mac-address.ts';
import { parseSubnet } from './subnet.ts';

/** Messages written out by hand from RFC 826 and RFC 4861, their checksums summed elsewhere. */

const OURS = '020000000002';
const PEER = '020000000001';
const ALL = 'ffffffffffff';
const ASK_US = `${PEER} 0a630001 000000000000 0a630002`;
const arp = (operation: number, body: string): string =>
  `0806 0001 0800 06 04 000${operation} ${body}`;

/** fd00::1 asks the group of fd00::2 for it, and fd00::2 answers. */
const IPV6 = '86dd 60000000 0020 3a ff';
const ONE = 'fd000000000000000000000000000001';
const TWO = 'fd000000000000000000000000000002';
const GROUP = 'ff0200000000000000000001ff000002';
const NODES = 'ff020000000000000000000000000001';
const ASK_TWO = `3333ff000002 ${PEER} ${IPV6} ${ONE} ${GROUP} 87007d97 00000000 ${TWO} 0101 ${PEER}`;
const ANSWER_ONE = `${PEER} ${OURS} ${IPV6} ${TWO} ${ONE} 88001c9a 60000000 ${TWO} 0201 ${OURS}`;

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const hexOf = (hex: string): string => hex.replaceAll(' ', '');

class Cable implements FrameLink {
  readonly name = 'cable';
  readonly sent: string[] = [];
  receiver: FrameReceiver | undefined = undefined;

  start(receiver: FrameReceiver): void {
    this.receiver = receiver;
  }

  send(header: Uint8Array, bytes: Uint8Array, offset: number, length: number): void {
    const packet = bytes.subarray(offset, offset + length);
    this.sent.push(Buffer.concat([header, packet]).toString('hex'));
  }

  /** A frame comes from the other end; what is sent thereupon. */
  bring(frame: string | Uint8Array): string[] {
    const bytes = typeof frame === 'string' ? bytesOf(frame) : frame;
    const shifted = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(3, 0xff)]);
    this.receiver?.frame(shifted, 3, bytes.length);
    this.receiver?.batchEnds();
    return this.sent.splice(0);
  }

  ref(): void {}
  unref(): void {}
  async close(): Promise<void> {}
}

let cable: Cable;
let device: EthernetDevice;
let announced: string[];
let packets: string[];
let conflicts: string[];

const plug = (options: Partial<EthernetOptions> = {}): void => {
  cable = new Cable();
  packets = [];
  conflicts = [];
  device = new EthernetDevice(cable, {
    subnets: [parseSubnet('10.99.0.2/24')!, parseSubnet('fd00::2/64')!],
    mac: parseMac('02:00:00:00:00:02')!,
    onConflict: (address, mac) => conflicts.push(`${String(address)} ${macText(mac)}`),
    ...options,
  });
  device.start({
    packet: (bytes, offset, length) =>
      packets.push(Buffer.from(bytes.slice(offset, offset + length)).toString('hex')),
    batchEnds: () => {},
    lost: () => {},
  });
  announced = cable.sent.splice(0);
};

/** An IPv4 or IPv6 header, as far as a device looks, to a target. */
const packetTo = (target: string, protocol = 6): Uint8Array => {
  const { version, word0, word1, word2, word3 } = parseAddress(target)!;
  const bytes = Buffer.alloc(60);
  bytes[0] = version === 4 ? 0x45 : 0x60;
  bytes[version === 4 ? 9 : 6] = protocol;
  bytes.set(bytesOf(version === 4 ? '0a630002' : TWO), version === 4 ? 12 : 8);
  const words = version === 4 ? [word0] : [word0, word1, word2, word3];
  words.forEach((word, at) => bytes.writeInt32BE(word, (version === 4 ? 16 : 24) + at * 4));
  return bytes;
};

beforeEach(() => plug());
afterEach(async () => {
  vi.useRealTimers();
  await device.close();
});

describe('a device that is plugged in', () => {
  it('tells everybody whose its addresses are: RFC 5227 §2.3, RFC 4861 §7.2.6', () => {
    const linkLocal = 'fe80000000000000000000fffe000002';
    expect(device.addresses.map(String)).toEqual(['10.99.0.2', 'fd00::2', 'fe80::ff:fe00:2']);
    expect(announced).toHaveLength(3);
    expect(announced[0]).toBe(
      hexOf(`${ALL} ${OURS} ${arp(1, `${OURS} 0a630002 000000000000 0a630002`)}`),
    );
    expect(announced[1]).toContain(hexOf(`333300000001 ${OURS} ${IPV6} ${TWO} ${NODES} 8800`));
    expect(announced[1]).toContain(hexOf(`20000000 ${TWO} 0201 ${OURS}`));
    expect(announced[2]).toContain(`20000000${linkLocal}`);
  });
});

describe('ARP', () => {
  it('is answered for our address, to who asked', () => {
    const answer = `${PEER} ${OURS} ${arp(2, `${OURS} 0a630002 ${PEER} 0a630001`)}`;
    expect(cable.bring(`${ALL} ${PEER} ${arp(1, ASK_US)}`)).toEqual([hexOf(answer)]);
    // Padded to Ethernet's 60 bytes.
    expect(cable.bring(`${ALL} ${PEER} ${arp(1, ASK_US)} ${'00'.repeat(18)}`)).toHaveLength(1);
  });

  it.each([
    [
      'for an address of another',
      `${ALL} ${PEER} ${arp(1, `${PEER} 0a630001 000000000000 0a630003`)}`,
    ],
    ['to another MAC address', `020000000009 ${PEER} ${arp(1, ASK_US)}`],
    ['cut short', `${ALL} ${PEER} ${arp(1, ASK_US)}`.slice(0, -2)],
    ['for another protocol', `${ALL} ${PEER} 0806 0001 0801 06 04 0001 ${ASK_US}`],
    ['of an unknown operation', `${ALL} ${PEER} ${arp(3, ASK_US)}`],
    ['in the name of a group', `${ALL} ${PEER} ${arp(1, ASK_US.replace(PEER, ALL))}`],
  ])('%s is not answered', (_, frame) => {
    expect(cable.bring(frame)).toEqual([]);
  });

  it('finds a neighbour: asks all, then sends what waited', () => {
    const packet = packetTo('10.99.0.1');
    device.send(Buffer.concat([Buffer.alloc(64), packet]), 64, packet.length);
    expect(cable.sent.splice(0)).toEqual([
      hexOf(`${ALL} ${OURS} ${arp(1, `${OURS} 0a630002 000000000000 0a630001`)}`),
    ]);
    const sent = cable.bring(`${OURS} ${PEER} ${arp(2, `${PEER} 0a630001 ${OURS} 0a630002`)}`);
    expect(sent).toEqual([hexOf(`${PEER} ${OURS} 0800`) + Buffer.from(packet).toString('hex')]);
  });

  it('defends an address that another takes, once in ten seconds', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const theirs = `${ALL} ${PEER} ${arp(1, `${PEER} 0a630002 000000000000 0a630002`)}`;
    const defence = hexOf(`${ALL} ${OURS} ${arp(1, `${OURS} 0a630002 000000000000 0a630002`)}`);
    expect(cable.bring(theirs)).toEqual([defence]);
    vi.advanceTimersByTime(9999);
    expect(cable.bring(theirs)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(cable.bring(theirs)).toEqual([defence]);
    expect(conflicts).toEqual(['10.99.0.2 02:00:00:00:00:01', '10.99.0.2 02:00:00:00:00:01']);
  });

  it('does not take its own announcement for a conflict', () => {
    const [own = ''] = announced;
    expect(cable.bring(own)).toEqual([]);
    expect(conflicts).toEqual([]);
  });

  it('answers a probe for our address, RFC 5227 §2.1.1', () => {
    const probe = `${ALL} ${PEER} ${arp(1, `${PEER} 00000000 000000000000 0a630002`)}`;
    expect(cable.bring(probe)).toEqual([
      hexOf(`${PEER} ${OURS} ${arp(2, `${OURS} 0a630002 ${PEER} 00000000`)}`),
    ]);
  });
});

describe('neighbour discovery', () => {
  it('answers a solicitation', () => {
    expect(cable.bring(ASK_TWO)).toEqual([hexOf(ANSWER_ONE)]);
  });

  it.each([
    ['with a hop limit of 254: it came from afar', ASK_TWO.replace('3a ff', '3a fe')],
    ['with a wrong checksum', ASK_TWO.replace('7d97', '7d98')],
    ['cut short', ASK_TWO.slice(0, -4)],
    ['of no option length', ASK_TWO.replace('0101', '0100').replace('7d97', '7d98')],
  ])('not %s', (_, frame) => {
    expect(cable.bring(frame)).toEqual([]);
  });

  it('finds a neighbour: asks its group, then sends what waited', () => {
    const packet = packetTo('fd00::1');
    device.send(packet, 0, packet.length);
    const [question = ''] = cable.sent.splice(0);
    expect(question).toContain(hexOf(`3333ff000001 ${OURS} ${IPV6} ${TWO}`));
    expect(question).toContain(hexOf(`00000000 ${ONE} 0101 ${OURS}`));
    // The answer above, turned round: the sum of its words is the same.
    const swapped = ANSWER_ONE.replaceAll(TWO, 'x').replaceAll(ONE, TWO).replaceAll('x', ONE);
    const answer = swapped
      .replaceAll(OURS, 'x')
      .replaceAll(PEER, OURS)
      .replaceAll('x', PEER)
      // Target 2 became 1, its MAC address as well: two less in the sum.
      .replace('1c9a', '1c9c');
    const sent = cable.bring(answer);
    expect(sent).toEqual([hexOf(`${PEER} ${OURS} 86dd`) + Buffer.from(packet).toString('hex')]);
  });

  it('is not shown to the host, unlike an echo request', () => {
    const echo = ASK_TWO.replace('8700', '8000').replace('3333ff000002', OURS);
    cable.bring(ASK_TWO);
    cable.bring(echo);
    expect(packets).toHaveLength(1);
  });
});

describe('packets', () => {
  it.each([
    ['to our MAC address', `${OURS} ${PEER} 0800 45`, 1],
    ['of IPv6', `${OURS} ${PEER} 86dd 60`, 1],
    ['to another MAC address', `020000000009 ${PEER} 0800 45`, 0],
    ['to all', `${ALL} ${PEER} 0800 45`, 0],
    ['to a group', `01005e000001 ${PEER} 0800 45`, 0],
    ['in a VLAN', `${OURS} ${PEER} 8100 0001 0800 45`, 0],
    ['of another protocol', `${OURS} ${PEER} 8847 45`, 0],
  ])('%s reach the host: %#', (_, frame, count) => {
    cable.bring(`${frame} ${'00'.repeat(40)}`);
    expect(packets).toHaveLength(count);
  });

  it('for others go to the gateway', () => {
    plug({ gateways: [parseAddress('10.99.0.1')!] });
    device.send(packetTo('192.0.2.1'), 0, 60);
    expect(cable.sent[0]).toContain('0a630001');
  });

  it.each([
    ['without a gateway: network unreachable', '192.0.2.1', '0300'],
    ['IPv6 without a gateway: no route', '2001:db8::1', '0100'],
  ])('for others %s', async (_, target, typeAndCode) => {
    device.send(packetTo(target), 0, 60);
    expect(packets, 'not while the host sends').toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(cable.sent).toEqual([]);
    expect(packets).toHaveLength(1);
    const header = target.includes(':') ? 40 : 20;
    expect(packets[0]!.slice(header * 2, header * 2 + 4)).toBe(typeAndCode);
    expect(packets[0]).toContain(Buffer.from(packetTo(target)).toString('hex'));
  });

  it('to a neighbour that never answers are unreachable after three seconds', () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setImmediate'] });
    device.send(packetTo('10.99.0.77'), 0, 60);
    vi.advanceTimersByTime(2999);
    expect(packets).toEqual([]);
    expect(cable.sent).toHaveLength(3);
    vi.advanceTimersByTime(2);
    expect(packets.map((packet) => packet.slice(40, 44))).toEqual(['0301']);
  });

  it('nobody complains about what is no segment', async () => {
    device.send(packetTo('192.0.2.1', 1), 0, 60);
    await new Promise((resolve) => setImmediate(resolve));
    expect(packets).toEqual([]);
  });
});

it('whatever comes, nothing throws and nothing is answered in a storm', () => {
  const templates = [
    bytesOf(ASK_TWO),
    bytesOf(ANSWER_ONE),
    bytesOf(`${ALL} ${PEER} ${arp(1, ASK_US)}`),
  ];
  holds(
    fc.property(
      fc.oneof(
        fc.uint8Array({ minLength: 14, maxLength: 120 }),
        fc
          .tuple(
            fc.nat(2),
            fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 4 }),
            fc.nat(90),
          )
          .map(([which, changes, cut]) => {
            const frame = Uint8Array.from(templates[which]!);
            for (const [at, byte] of changes) if (at < frame.length) frame[at] = byte;
            return frame.subarray(0, Math.max(14, frame.length - cut));
          }),
      ),
      (frame) => {
        expect(cable.bring(frame).length).toBeLessThanOrEqual(2);
      },
    ),
    2000,
  );
});
