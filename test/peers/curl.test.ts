import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Server, Socket } from '../../src/net/index.ts';
import { hostSocketOf } from '../../src/net/socket.ts';
import type { ResetEvent } from '../../src/tcp/reset-event.ts';
import { hashOf, patternHash, patternStream } from './pattern.ts';
import { cannotMeet, type Ended, OURS, OURS_6, PeerStage } from './stage.ts';
import { until } from '../waiting.ts';

/** curl against HTTP servers on our TCP. What it says of each end is curl's own text and exit code. */

const BYTES = 50_000_000;
const missing = cannotMeet('curl', 'sha256sum');

describe.skipIf(missing)('curl', { timeout: 60_000 }, () => {
  let stage: PeerStage;
  const resets: ResetEvent[] = [];
  beforeAll(async () => {
    stage = await PeerStage.open({ onReset: (event) => resets.push(event) });
  });
  afterAll(() => stage.close());

  const curl = (...words: readonly string[]): Promise<Ended> =>
    stage.run('curl', ['-sS', ...words]);

  /** Connections of the tests before may still be resetting. */
  const sentFrom = (port: number): readonly ResetEvent[] =>
    resets.filter(({ kind, path }) => kind === 'sent' && path.local.port === port);

  const listening = async (server: Server): Promise<number> => {
    server.listen(0);
    await once(server, 'listening');
    return server.address()!.port;
  };

  const httpServer = (listener: RequestListener): Promise<number> =>
    listening(stage.network.serve(createServer(listener)));

  /** A server below HTTP, which ends each connection once the request has come. */
  const badServer = (end: (socket: Socket) => unknown): Promise<number> =>
    listening(stage.network.createServer((socket) => socket.once('data', () => end(socket))));

  it.each([OURS, `[${OURS_6}]`])(
    'keeps its connection to %s for further requests',
    async (host) => {
      const port = await httpServer(({ url }, response) => response.end(`${url} `));
      const urls = [1, 2, 3].map((number) => `http://${host}:${port}/${number}`);
      const { stdout } = await curl('-w', '%{num_connects}\n', ...urls);
      expect(stdout).toBe('/1 1\n/2 0\n/3 0\n');
    },
  );

  it('gets a large answer whole', async () => {
    const port = await httpServer((_, response) => patternStream(BYTES).pipe(response));
    const command = `curl -sS http://${OURS}:${port}/ | sha256sum`;
    const { stdout } = await stage.run('sh', ['-c', command]);
    expect(stdout).toBe(`${patternHash(BYTES)}  -\n`);
  });

  it('uploads a large body whole, after 100 Continue', async () => {
    let expected: string | undefined;
    const port = await httpServer((request, response) => {
      expected = request.headers.expect;
      void hashOf(request).then(({ bytes, hash }) => response.end(`${bytes} ${hash}`));
    });
    const { stdout, stderr } = await stage.run('sh', [
      '-c',
      `cd ${stage.folder} && head -c ${BYTES} /dev/urandom > up && ` +
        `curl -sS -T up http://${OURS}:${port}/ && echo && sha256sum < up`,
    ]);
    const [said, summed] = stdout.split('\n');
    expect(said, stderr).toBe(`${BYTES} ${summed?.slice(0, 64)}`);
    expect(expected).toBe('100-continue');
  });

  it('is told 413 by a server that reads on, and stops sending', async () => {
    const port = await httpServer((request, response) => {
      request.resume();
      response.writeHead(413, { connection: 'close' }).end('too much\n');
    });
    const words = ['-H', 'Expect:', '-T', '/dev/zero', '-w', '%{http_code}', '--max-time', '30'];
    const { stdout, code } = await curl(...words, `http://${OURS}:${port}/`);
    expect(stdout).toBe('too much\n413');
    expect(code).toBe(0);
  });

  it('is reset by a server that answers 413 and closes with the body unread', async () => {
    const port = await listening(
      stage.network.createServer({ pauseOnConnect: true }, (socket) => {
        const end = (): void => {
          socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n');
          socket.destroy();
        };
        const { receiveBuffer } = hostSocketOf(socket)!.connection!;
        // More than the head of the request: some of the body has come.
        void until(() => receiveBuffer.readable > 10_000).then(end);
      }),
    );
    const words = ['-H', 'Expect:', '-T', '/dev/zero', '-w', '%{http_code}', '--max-time', '30'];
    const { stdout, stderr } = await curl(...words, `http://${OURS}:${port}/`);
    // Whether the answer or the reset is read first is a race on curl's side.
    expect(stdout === '413' || /^curl: \(5[56]\) .*[Rr]eset/.test(stderr), stderr).toBe(true);
    expect(sentFrom(port)[0]).toMatchObject({ cause: 'close-with-unread-data' });
  });

  const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe first half';

  it.each<[string, (socket: Socket) => unknown, number, RegExp]>([
    ['resets at once', (s) => s.resetAndDestroy(), 56, /Recv failure: Connection reset by peer/],
    ['closes without an answer', (s) => s.destroy(), 52, /Empty reply from server/],
    [
      'resets in the midst of its answer',
      (s) => s.write(HALF, () => setTimeout(() => s.resetAndDestroy(), 100)),
      56,
      /Recv failure: Connection reset by peer/,
    ],
    [
      'closes in the midst of its answer',
      (s) => s.end(HALF),
      18,
      /transfer closed with 86 bytes remaining to read/,
    ],
  ])('says what is so of a server that %s', async (_, end, expected, text) => {
    const { code, stderr } = await curl(`http://${OURS}:${await badServer(end)}/`);
    expect(stderr).toMatch(text);
    expect(code).toBe(expected);
  });

  it('is refused by a port where nobody listens', async () => {
    const { code, stderr } = await curl(`http://${OURS}:9/`);
    expect(stderr).toMatch(/^curl: \(7\) Failed to connect/);
    expect(code).toBe(7);
    expect(sentFrom(9)).toMatchObject([{ cause: 'closed-port' }]);
  });
});
