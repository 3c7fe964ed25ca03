import { expect, it } from 'vitest';
import { zeros } from '../../test/packets.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { IcmpMessage, readIcmpMessage } from '../wire/icmp-message.ts';
import { Datagram, readDatagram } from '../wire/datagram.ts';
import { crossing } from '../../test/crossing.ts';
import { Firewall } from './middleboxes/firewall.ts';

it('carries packets to whose address they have, and to nobody else', () => {
  const { send, at } = crossing([]);
  send('left', { flags: 'S' });
  expect(at('right')).toEqual(['S seq 1000 ack 2000 len 0']);
  expect(at('left')).toEqual([]);
  send('left', { flags: 'S', target: '10.0.0.9' });
  expect(at('right')).toEqual([]);
});

it('passes middleboxes in the order of the way', () => {
  const order: string[] = [];
  const box = (name: string): Firewall =>
    new Firewall([{ matches: () => order.push(name) === 0, verdict: 'drop' }], name);
  const { send, at } = crossing([box('a'), box('b')]);
  send('left', { flags: 'S' });
  send('right', { flags: 'SA' });
  expect(order).toEqual(['a', 'b', 'b', 'a']);
  expect([at('right'), at('left')]).toMatchObject([{ length: 1 }, { length: 1 }]);
});

it('counts the TTL down where it is routed, and drops what has none left', () => {
  const { send, arrived } = crossing([], { routed: true });
  send('left', { ttl: 64 });
  send('left', { ttl: 1 });
  const datagram = new Datagram();
  expect(arrived.right).toHaveLength(1);
  expect(readDatagram(arrived.right[0]!.bytes, 0, 40, datagram)).toBe(true);
  expect(datagram.ttl).toBe(63);
});

it('tells the sender of a packet that does not fit, unless it is a black hole', () => {
  const { send, arrived } = crossing([], {}, 1000);
  send('left', { payload: zeros(1200), seq: 77 });
  const { bytes } = arrived.left[0]!;
  const datagram = new Datagram();
  const message = new IcmpMessage();
  readDatagram(bytes, 0, bytes.length, datagram);
  expect(readIcmpMessage(datagram, message)).toBe(true);
  expect(message).toMatchObject({ kind: 'error', type: 3, code: 4, mtu: 1000, seq: 77 });
  const silent = crossing([], { silentAboutMtu: true }, 1000);
  silent.send('left', { payload: zeros(1200) });
  expect(silent.arrived).toEqual({ left: [], right: [] });
});

it('shows a tap what crosses its edge, before or behind the boxes', () => {
  const wall = new Firewall([{ matches: () => true, verdict: 'drop' }]);
  const { network, send } = crossing([wall]);
  const seen: string[] = [];
  network.tap('left', (_packet, toward) => seen.push(`left edge, to the ${toward}`));
  network.tap('right', (_packet, toward) => seen.push(`right edge, to the ${toward}`));
  send('left', { flags: 'S' });
  send('right', { flags: 'S' });
  expect(seen).toEqual(['left edge, to the right', 'right edge, to the left']);
});

it('refuses two stations of one address', () => {
  const { network } = crossing([]);
  const twin = { name: 'twin', addresses: [parseAddress('10.0.0.1')!], arrives: () => 0 };
  expect(() => network.join(twin, 'left')).toThrow('10.0.0.1');
});
