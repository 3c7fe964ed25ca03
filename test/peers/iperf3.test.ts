import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotMeet, KERNEL, OURS, PeerStage } from './stage.ts';

/**
 * iperf3 in one namespace with iperf3 in another, and nothing between them but two hosts of ours that
 * hand on what comes: each transfer, and its own control connection.
 */

const PORT = 5201;
const BYTES = 100_000_000;
const RMEM = 6 << 20;
/** iperf3 ends once all is sent: what of a stream four hosts' buffers may hold then (tcp_wmem, tcp_rmem). */
const UNDER_WAY = 2 * (4 << 20) + 2 * RMEM;

/** Of `iperf3 --json`, as far as it is looked at. */
interface Report {
  readonly error?: string;
  readonly end: Partial<Record<string, { readonly bytes: number }>>;
}

describe.skipIf(cannotMeet('iperf3', 'ss'))(
  'iperf3 through a relay on our TCP',
  { timeout: 90_000 },
  () => {
    let near: PeerStage;
    let far: PeerStage;
    beforeAll(async () => {
      near = await PeerStage.open();
      far = await PeerStage.open();
      // Newer kernels have more.
      for (const { space } of [near, far]) space.sysctl('net.ipv4.tcp_rmem', `4096 131072 ${RMEM}`);
    });

    /** One for each transfer: a server that has not yet seen the end of the last one is busy. */
    const serve = async (port: number): Promise<void> => {
      const relay = near.network.createServer({ allowHalfOpen: true }, (socket) => {
        const onward = far.network.connect({ port, host: KERNEL, allowHalfOpen: true });
        socket.pipe(onward).pipe(socket);
        socket.on('error', () => onward.destroy());
        onward.on('error', () => socket.destroy());
      });
      await once(relay.listen(port), 'listening');
      await far.startServer(port, 'iperf3', ['--server', '--one-off', '--port', String(port)]);
    };
    afterAll(async () => {
      await near.close();
      await far.close();
    });

    it.each([
      ['forward', ['--parallel', '4'], ['sum'], 4, PORT],
      ['backward', ['--reverse'], ['sum'], 1, PORT + 1],
      ['both ways', ['--bidir'], ['sum', 'sum_bidir_reverse'], 1, PORT + 2],
    ])('%s', async (_, more, directions, streams, port) => {
      await serve(port);
      const size = ['--bytes', String(BYTES)];
      const words = ['--client', OURS, '--port', String(port), ...size, '--json', ...more];
      const { stdout, code } = await near.run('iperf3', words);
      const { error, end }: Report = JSON.parse(stdout);
      expect(error).toBe(undefined);
      expect(code).toBe(0);
      const sums = directions.map((name) => ({
        sent: end[name.replace('sum', 'sum_sent')]!.bytes,
        received: end[name.replace('sum', 'sum_received')]!.bytes,
      }));
      // The first direction to be through ends the test.
      expect(Math.max(...sums.map(({ sent }) => sent))).toBeGreaterThanOrEqual(BYTES);
      for (const { sent, received } of sums) {
        expect(received).toBeGreaterThan(Math.max(0, sent - streams * UNDER_WAY));
        expect(received).toBeLessThanOrEqual(sent);
      }
    });
  },
);
