import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Socket } from '../host/socket.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { settled } from './cable.fixture.ts';
import { type Machine, openMachine } from './machine.ts';
import { MemoryCable } from './memory-cable.ts';

const [A, B] = ['10.0.0.1', '10.0.0.2'];

const open: Machine[] = [];
afterEach(async () => {
  for (const machine of open.splice(0)) await machine.close();
});

/** Two machines on a cable, and a listening socket on the second. */
const pair = () => {
  const cable = new MemoryCable();
  const [near, far] = cable.ends;
  const client = openMachine(near, { addresses: [parseAddress(A)!] });
  const server = openMachine(far, { addresses: [parseAddress(B)!] });
  open.push(client, server);
  const listener = server.act(() => {
    const socket = server.host.process('server').socket();
    socket.bind({ address: B, port: 80 });
    socket.listen();
    return socket;
  });
  return { cable, client, server, listener };
};

const dial = (client: Machine): { socket: Socket; connected: Promise<unknown> } => {
  const socket = client.act(() => client.host.process('client').socket());
  return { socket, connected: client.act(() => settled(socket.connect({ address: B, port: 80 }))) };
};

describe('a machine', () => {
  it('runs calls at the present moment, and packets and timers by themselves', async () => {
    const { client, server, listener } = pair();
    const { socket, connected } = dial(client);
    expect(await connected).toBe(0);
    const accepted = (await server.act(() => settled(listener.accept()))) as Socket;
    const into = new Uint8Array(100);
    const reading = server.act(() => settled(accepted.read(into)));
    expect(client.act(() => socket.write(new Uint8Array([1, 2, 3])).result)).toBe(3);
    expect(await reading).toBe(3);
    expect(into.subarray(0, 3)).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('repeats what is lost when its time has come: a SYN after a second (RFC 6298 §2.1)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const { cable, client } = pair();
      cable.isCut = true;
      let outcome: unknown = undefined;
      void dial(client).connected.then((told) => (outcome = told));
      let tookMs = 0;
      const isWaiting = (): boolean => outcome === undefined;
      for (; isWaiting() && tookMs < 5000; tookMs += 10) {
        if (tookMs === 200) cable.isCut = false;
        vi.advanceTimersByTime(10);
        for (let turns = 0; turns < 10; turns += 1) await turn();
      }
      expect(outcome).toBe(0);
      expect(tookMs).toBeGreaterThan(990);
      expect(tookMs).toBeLessThan(1100);
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets calls be made within calls, and tells what they return or throw', () => {
    const { client } = pair();
    expect(client.act(() => client.act(() => 7))).toBe(7);
    expect(() => client.act(() => fails('by the caller'))).toThrow('by the caller');
  });

  it('whose device is gone has told every owner; who asks later is told at once', async () => {
    const { cable, client, server, listener } = pair();
    const { socket, connected } = dial(client);
    await connected;
    const reading = client.act(() => settled(socket.read(new Uint8Array(1))));
    const accepted = (await server.act(() => settled(listener.accept()))) as Socket;
    const order: string[] = [];
    client.onLost((why) => void order.push(why.message));
    cable.tearOut();
    expect(String(await reading)).toContain('read ENETDOWN');
    expect(String(server.act(() => accepted.read(new Uint8Array(1)).result))).toContain('ENETDOWN');
    server.onLost((why) => void order.push(why.message));
    expect(order).toEqual(['the cable was torn out', 'the cable was torn out']);
    expect(client.lost?.message).toBe('the cable was torn out');
    expect(String(await dial(client).connected)).toContain('connect ENETDOWN');
  });

  it('that is closed leaves no call waiting, and does not count as lost', async () => {
    const { client } = pair();
    const { socket, connected } = dial(client);
    await connected;
    const reading = client.act(() => settled(socket.read(new Uint8Array(1))));
    client.onLost(() => fails('nothing was lost'));
    expect(client.close()).toBe(client.close());
    await client.close();
    expect(String(await reading)).toContain('read ENETDOWN');
    expect(client.lost).toBe(undefined);
  });
});

/** A device that the test holds in its hand. */
describe('packets of one batch', () => {
  it('are answered when it ends; an application that throws does not stop the next', () => {
    const { server, listener } = pair();
    const sent: number[] = [];
    const device = {
      name: 'hand',
      mtu: 1500,
      offload: { checksums: true, segmentation: 0 },
      send: (_: Uint8Array, __: number, length: number) => void sent.push(length),
      start: (receiver: typeof hand) => void (hand = receiver),
      ref: () => {},
      unref: () => {},
      close: () => Promise.resolve(),
    };
    let hand!: Parameters<(typeof server.device)['start']>[0];
    void listener;
    const machine = openMachine(device, { addresses: [parseAddress(A)!] });
    open.push(machine);
    const socket = machine.act(() => machine.host.process('client').socket());
    machine.act(() => socket.connect({ address: B, port: 9 }).whenSettled(() => fails('told')));
    expect(sent).toHaveLength(1);
    // A reset for each SYN: to the connection's own port it ends it, and the application is told.
    const [connection] = machine.host.connections();
    const { local } = connection!.path;
    const refusal = resetOf(local.port, connection!.sndNxt);
    expect(() => hand.packet(refusal, 0, refusal.length)).toThrow('told');
    hand.batchEnds();
    machine.act(() => socket.connect({ address: B, port: 9 }));
    expect(sent).toHaveLength(2);
  });
});

const fails = (why: string): never => {
  throw new Error(why);
};

/** RST,ACK from port 9 of B to A, its checksum left to the device. */
const resetOf = (port: number, ack: number): Uint8Array => {
  const ip = [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0x26, 0xce, 10, 0, 0, 2, 10, 0, 0, 1];
  const bytes = new Uint8Array([...ip, ...Array.from({ length: 20 }, () => 0)]);
  const view = new DataView(bytes.buffer);
  view.setUint16(20, 9);
  view.setUint16(22, port);
  view.setInt32(28, ack);
  view.setUint8(32, 5 << 4);
  view.setUint8(33, 0x14);
  return bytes;
};
