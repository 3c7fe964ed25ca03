import { once } from 'node:events';
import { createServer as createHttpServer, get } from 'node:http';
import { createServer as createKernelServer, type Socket as KernelSocket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cablePlace } from '../../src/device/cable.fixture.ts';
import { type Network, openNetwork, type Server, type Socket } from '../../src/net/index.ts';
import { openStreamDevice } from '../../src/net/stream-device.ts';
import { script } from './python.ts';
import { cannotMeet, DEVICE, KERNEL, OURS, PeerStage } from './stage.ts';

/** A device that goes away under open connections: whoever waits is told, and nothing hangs. */

const codeOf = async (end: Socket | Server): Promise<string> => {
  const [{ code }] = (await once(end, 'error')) as [NodeJS.ErrnoException];
  return code ?? 'none';
};

describe.skipIf(cannotMeet('curl', 'python3', 'ss'))('a TUN device that is deleted', () => {
  let stage: PeerStage;
  beforeAll(async () => {
    stage = await PeerStage.open();
  });
  afterAll(() => stage.close());

  it('tells everybody, and the process goes on', { timeout: 60_000 }, async () => {
    const { network } = stage;
    const lost = new Promise<string>((resolve) =>
      network.onLost(({ message }) => resolve(message)),
    );
    const server = network.createServer().listen(7);
    const serverFails = codeOf(server);
    const http = network.serve(createHttpServer(() => undefined)).listen(80);
    const httpFails = codeOf(http);
    await stage.startServer(
      5000,
      ...script('l, kept = listen(5000), []', 'while True: kept.append(l.accept())'),
    );

    const reader = network.connect(5000, KERNEL);
    await once(reader, 'connect');
    const readerFails = codeOf(reader.resume());
    const writer = network.connect(5000, KERNEL);
    await once(writer, 'connect');
    writer.write(Buffer.alloc(32 << 20));
    const writerFails = codeOf(writer);
    const agent = network.agent();
    const asked = get({ host: KERNEL, port: 5000, agent });
    const askedFails = once(asked, 'error') as Promise<[NodeJS.ErrnoException]>;
    const dialling = network.connect(1, '10.96.0.77');
    const diallingFails = codeOf(dialling);
    void stage.run('curl', ['-s', `http://${OURS}/`]);
    await once(http, 'connection');

    await stage.space.ip(`link delete ${DEVICE}`);
    expect(await lost).toMatch(/^tun rl0 is gone: /);
    expect(
      await Promise.all([serverFails, httpFails, readerFails, writerFails, diallingFails]),
    ).toEqual(Array(5).fill('ENETDOWN'));
    expect((await askedFails)[0].code).toBe('ENETDOWN');
    expect(await codeOf(network.connect(5000, KERNEL))).toBe('ENETDOWN');
    expect(await codeOf(network.createServer().listen(8))).toBe('ENETDOWN');
    expect(network.machine.host.counts().connections).toBe(0);
  });
});

describe('a stream of frames', () => {
  const cable = cablePlace();
  const networks: Network[] = [];
  const sockets: KernelSocket[] = [];
  afterEach(async () => {
    for (const network of networks.splice(0)) await network.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    cable.remove();
  });

  it(
    'that breaks off within a frame: who waits at that end is told',
    { timeout: 30_000 },
    async () => {
      // A hub with two ports, as QEMU or passt would be one.
      const hub = createKernelServer((socket) => void sockets.push(socket));
      await once(hub.listen(cable.place.path), 'listening');
      const join = async (address: string): Promise<Network> => {
        const device = await openStreamDevice(cable.place.path, { addresses: [`${address}/24`] });
        const network = openNetwork({ device, addresses: [address] });
        networks.push(network);
        return network;
      };
      const near = await join('10.0.0.1');
      const far = await join('10.0.0.2');
      while (sockets.length < 2) await once(hub, 'connection');
      const [one, other] = sockets as [KernelSocket, KernelSocket];
      one.on('data', (frames) => other.write(frames));
      other.on('data', (frames) => one.write(frames));
      hub.close();

      far.createServer((socket) => socket.pipe(socket)).listen(7);
      const client = near.connect(7, '10.0.0.2');
      client.write('hello');
      const [echoed] = (await once(client, 'data')) as [Buffer];
      expect(String(echoed)).toBe('hello');
      const lost = new Promise<string>((resolve) => near.onLost(({ message }) => resolve(message)));
      const clientFails = codeOf(client);
      // 1000 bytes are said to come; ten do.
      const half = Buffer.alloc(14);
      half.writeUInt32BE(1000);
      one.end(half);
      expect(await clientFails).toBe('ENETDOWN');
      expect(await lost).toMatch(/closed it after 10 of the 1000 bytes of a frame$/);
      expect(near.machine.host.counts().connections).toBe(0);
    },
  );
});
