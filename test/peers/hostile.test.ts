import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { libc } from '../../src/device/tun.fixture.ts';
import { openDevice } from '../../src/live/device.ts';
import type { Connection } from '../../src/tcp/connection.ts';
import type { ResetEvent } from '../../src/tcp/reset-event.ts';
import { chanceFrom, seedOfRun } from './chance.ts';
import { exactReset, fromInsider, fromStranger } from './hostile.ts';
import { script } from './python.ts';
import { cannotMeet, DEVICE, type Ended, OURS, PeerStage } from './stage.ts';
import { pass, until } from '../waiting.ts';

/** Hostile packets through the device, beside honest connections, which must not notice. */

const PORT = 7;
const PACKETS = 20_000;
const BYTES = 30_000_000;
const BATCH = 50;

/** Wants each piece back before it sends the next. */
const PATIENT_CLIENT = `
s = socket.create_connection(('${OURS}', ${PORT}))
piece, count = bytes(range(250)) * 400, 0
while count < ${BYTES}:
    s.sendall(piece)
    left = len(piece)
    back = b''
    while len(back) < left: back += s.recv(left - len(back))
    if back != piece: sys.exit('wrong at %d' % count)
    count += left
s.shutdown(socket.SHUT_WR)
print(count, s.recv(1))
`;

const WHOLE = { code: 0, stdout: `${BYTES} b''\n` };

type Chance = () => number;

/** Bytes of what is still of use to somebody. */
const heapInUse = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};

describe.skipIf(cannotMeet('python3'))('hostile packets', { timeout: 90_000 }, () => {
  const seed = seedOfRun();
  const replay = `SEED=${seed} npx vitest run test/peers/hostile.test.ts`;
  const resets: ResetEvent[] = [];
  let stage: PeerStage;
  let send: (packet: Uint8Array) => void;
  let close: () => void;
  beforeAll(async () => {
    stage = await PeerStage.open({ offload: false, onReset: (event) => resets.push(event) });
    const server = stage.network.createServer((socket) =>
      socket.on('error', () => undefined).pipe(socket),
    );
    await once(server.listen({ port: PORT, host: '::' }), 'listening');
    const calls = await libc();
    const descriptor = openDevice(calls, stage.space, DEVICE);
    send = (packet) => void calls.send(descriptor, packet, packet.length, 0);
    close = () => void calls.close(descriptor);
  });
  afterAll(async () => {
    close();
    await stage.close();
  });

  const liveConnection = (): Connection | undefined => {
    for (const connection of stage.network.machine.host.connections()) {
      const { state, path } = connection;
      if (state === 'ESTABLISHED' && path.local.port === PORT) return connection;
    }
    return undefined;
  };

  /** Not those of strangers, who choose any port, nor what is still on its way to the connections before. */
  const resetsOf = ({ path }: Connection): readonly ResetEvent[] =>
    resets.filter((event) => event.path === path);

  /** Sends them all, a few at a time. */
  const attack = async (packet: (chance: Chance) => Uint8Array): Promise<void> => {
    const chance = chanceFrom(seed);
    for (let sent = 0; sent < PACKETS; sent += 1) {
      send(packet(chance));
      if (sent % BATCH === 0) await pass(1);
    }
  };

  /** Has its connection, and goes on. */
  const honestClient = async (): Promise<{
    readonly connection: Connection;
    end: Promise<Ended>;
  }> => {
    const end = stage.run(...script(PATIENT_CLIENT));
    await until(() => liveConnection() !== undefined);
    return { connection: liveConnection()!, end };
  };

  it('of strangers change nothing, and leave little behind', async () => {
    const before = heapInUse();
    const client = await honestClient();
    await attack((chance) => fromStranger(chance, PORT));
    expect(await client.end, replay).toMatchObject(WHOLE);
    const { host } = stage.network.machine;
    // The last acknowledgement may come after the client has gone.
    await until(() => host.counts().connections === 0);
    const { requests } = host.counts();
    // `listen` has a backlog of 511, and takes one more.
    expect(requests, replay).toBeLessThanOrEqual(512);
    expect(heapInUse() - before).toBeLessThan(64 << 20);
    const answered = resets.filter(({ kind }) => kind === 'sent');
    expect(answered.length).toBeGreaterThan(100);
    const nowhere = /^(?:0|127|224|255)\.|^::1?$|^ff/;
    expect(
      answered.map(({ path }) => String(path.remote.address)).filter((to) => nowhere.test(to)),
    ).toEqual([]);
  });

  it('of an insider who lacks one number change nothing', async () => {
    const { connection, end } = await honestClient();
    await attack((chance) => fromInsider(chance, connection));
    expect(await end, replay).toMatchObject(WHOLE);
    const kinds = new Set(resetsOf(connection).map(({ kind }) => kind));
    expect(kinds).toContain('challenged');
    expect(kinds).not.toContain('sent');
    expect(kinds).not.toContain('received');
  });

  it('of an insider who has it too end the connection, so that the others were not just lost', async () => {
    const words = script(
      `s = socket.create_connection(('${OURS}', ${PORT}))`,
      's.sendall(b"x"); print(s.recv(1), flush=True); time.sleep(60)',
    );
    const child = stage.start(...words);
    await once(child.stdout, 'data');
    const connection = liveConnection()!;
    send(exactReset(connection));
    await until(() => resetsOf(connection).length > 0);
    expect(resetsOf(connection)).toMatchObject([{ kind: 'received' }]);
    expect(connection.state).toBe('CLOSED');
    child.kill('SIGKILL');
  });
});
