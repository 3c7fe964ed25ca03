import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Socket } from '../host/socket.ts';
import { cablePlace, settled } from './cable.fixture.ts';
import { EthernetDevice, type EthernetOptions } from './ethernet-device.ts';
import type { FrameStream } from './frame-stream.ts';
import { Machine, openMachine } from './machine.ts';
import { connectStream, listenForStreams } from './open-stream.ts';
import { parseSubnet } from './subnet.ts';

const subnets = (...texts: string[]): EthernetOptions['subnets'] =>
  texts.map((text) => parseSubnet(text)!);

describe('two machines on a Unix socket', () => {
  let cable: ReturnType<typeof cablePlace>;
  let ends: [FrameStream, FrameStream];
  const machines: Machine[] = [];

  beforeEach(async () => {
    cable = cablePlace();
    const listener = await listenForStreams(cable.place);
    const theirs = listener.next();
    const ours = await connectStream(cable.place);
    ends = [ours, await theirs];
    listener.close();
  });

  afterEach(async () => {
    for (const machine of machines.splice(0)) await machine.close();
    cable.remove();
  });

  const machine = (end: 0 | 1, options: EthernetOptions): Machine => {
    const device = new EthernetDevice(ends[end], options);
    const opened = openMachine(device, { addresses: device.addresses });
    machines.push(opened);
    return opened;
  };

  it.each([
    ['IPv4', '10.99.0.1/24', '10.99.0.2/24', '10.99.0.2', 'inet'],
    ['IPv6', 'fd00::1/64', 'fd00::2/64', 'fd00::2', 'inet6'],
  ] as const)('talk %s: a megabyte arrives whole', async (_, a, b, address, family) => {
    const client = machine(0, { subnets: subnets(a) });
    const server = machine(1, { subnets: subnets(b) });
    const listening = server.act(() => {
      const socket = server.host.process('server').socket(family);
      socket.bind({ address, port: 7 });
      socket.listen();
      return socket.accept();
    });
    const socket = client.act(() => client.host.process('client').socket(family));
    expect(await settled(client.act(() => socket.connect({ address, port: 7 })))).toBe(0);
    const accepted = (await settled(listening)) as Socket;
    const sent = Uint8Array.from({ length: 1 << 20 }, (_byte, at) => (at * 7) ^ (at >> 8));
    const written = settled(client.act(() => socket.write(sent)));
    const got = new Uint8Array(sent.length);
    for (let at = 0; at < got.length;) {
      const read = await settled(server.act(() => accepted.read(got.subarray(at))));
      if (typeof read !== 'number') throw read;
      at += read;
    }
    expect(await written).toBe(sent.length);
    expect(Buffer.compare(got, sent)).toBe(0);
  });
});
