import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Server, Socket, SystemError } from '../../src/net/index.ts';
import { hostSocketOf } from '../../src/net/socket.ts';
import { hashOf, patternHash, patternStream } from './pattern.ts';
import { script } from './python.ts';
import { cannotMeet, KERNEL, OURS, OURS_6, PeerStage } from './stage.ts';
import { pass, until } from '../waiting.ts';

/** Clients on the kernel's own sockets, by Python, whose calls are those of the C library. */

const BYTES = 20_000_000;

describe.skipIf(cannotMeet('python3'))('a client of the kernel', { timeout: 60_000 }, () => {
  let stage: PeerStage;
  let server: Server | undefined;
  beforeAll(async () => {
    stage = await PeerStage.open();
  });
  afterAll(() => stage.close());

  /** The port of a new server that replaces the last one. */
  const serve = async (
    listener?: (socket: Socket) => unknown,
    allowHalfOpen = false,
  ): Promise<number> => {
    server?.close();
    server = stage.network.createServer({ allowHalfOpen }, (socket) => void listener?.(socket));
    await once(server.listen({ port: 0, host: '::' }), 'listening');
    return server.address()!.port;
  };

  const firstConnection = async (): Promise<Socket> => {
    const [socket] = (await once(server!, 'connection')) as [Socket];
    return socket;
  };

  const failureOf = async (socket: Socket): Promise<SystemError> => {
    const [error] = (await once(socket, 'error')) as [SystemError];
    return error;
  };

  it.each([OURS, OURS_6])('half-closes, and gets all of the answer from %s', async (host) => {
    const asked: number[] = [];
    const answer = async (socket: Socket): Promise<void> => {
      asked.push((await hashOf(socket)).bytes);
      await pipeline(patternStream(BYTES), socket);
    };
    const port = await serve(answer, true);
    const { stdout, stderr } = await stage.run(
      ...script(
        `s = socket.create_connection(('${host}', ${port}))`,
        's.sendall(bytes(100_000)); s.shutdown(socket.SHUT_WR)',
        'print(rest(s))',
      ),
    );
    expect(stdout, stderr).toBe(`${BYTES} ${patternHash(BYTES)}\n`);
    expect(asked).toEqual([100_000]);
  });

  it('resets, and the server is told by whom', async () => {
    const port = await serve((socket) => socket.end('hello').resume());
    const ended = stage.run(
      ...script(
        `s = socket.create_connection(('${OURS}', ${port}))`,
        'said = s.recv(5); reset(s)',
        'print(said)',
      ),
    );
    const error = await failureOf(await firstConnection());
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read', errno: -104 });
    expect(error.reset).toMatchObject({ isOurs: false, cause: undefined });
    expect(error.reset?.by).toMatch(new RegExp(`^(?:::ffff:)?${KERNEL}:\\d+$`));
    expect((await ended).stdout).toBe("b'hello'\n");
  });

  it('is killed with data unread, and the server is told ECONNRESET', async () => {
    const port = await serve();
    const words = script(
      `s = socket.create_connection(('${OURS}', ${port}))`,
      's.recv(1, socket.MSG_PEEK); print("it is there", flush=True)',
      'time.sleep(60)',
    );
    const child = stage.start(...words);
    const socket = await firstConnection();
    socket.write('never read');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect(await failureOf(socket)).toMatchObject({ code: 'ECONNRESET' });
  });

  it('does not read: the server holds back, with bounded memory, until it is killed', async () => {
    const port = await serve();
    const words = script(
      `s = socket.create_connection(('${OURS}', ${port}))`,
      'print("up", flush=True); time.sleep(60)',
    );
    const child = stage.start(...words);
    const socket = await firstConnection();
    const failed = failureOf(socket);
    const piece = Buffer.alloc(1 << 20);
    let taken = 0;
    for (let left = 64; left > 0; left -= 1)
      socket.write(piece, (error) => (taken += error ? 0 : 1));
    const { connection } = hostSocketOf(socket)!;
    // Not a segment more fits.
    await until(() => connection!.sndWnd < connection!.sndMss);
    await pass(500);
    // tcp_wmem's most is 4 MiB, and the peer's tcp_rmem has 6 MiB by default.
    expect(taken).toBeLessThan(32);
    expect(socket.writableNeedDrain).toBe(true);
    expect(connection?.sendBuffer.length).toBeLessThanOrEqual(4 << 20);
    child.kill('SIGKILL');
    const { code } = await failed;
    expect(['ECONNRESET', 'EPIPE']).toContain(code);
    await until(() => stage.network.machine.host.counts().connections === 0);
  });
});
