import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Socket, SystemError } from '../../src/net/index.ts';
import { hostSocketOf } from '../../src/net/socket.ts';
import { hashOf, patternHash, patternStream } from './pattern.ts';
import { script } from './python.ts';
import { cannotMeet, endOf, KERNEL, KERNEL_6, PeerStage } from './stage.ts';
import { until } from '../waiting.ts';

/** Our client against servers on the kernel's own sockets. */

const BYTES = 20_000_000;
const FIRST_PORT = 5000;

describe.skipIf(cannotMeet('python3', 'ss'))('a server of the kernel', { timeout: 60_000 }, () => {
  let stage: PeerStage;
  let port = FIRST_PORT;
  beforeAll(async () => {
    stage = await PeerStage.open();
  });
  afterAll(() => stage.close());

  /** A server that does this with its first connection `c`; `said`: what it printed in the end. */
  const serve = async (...lines: readonly string[]): Promise<{ said: Promise<string> }> => {
    port += 1;
    const words = script(`l = listen(${port})`, 'c, _ = l.accept()', ...lines);
    const child = await stage.startServer(port, ...words);
    return { said: endOf(child).then(({ stdout, stderr }) => stdout.trim() + stderr) };
  };

  const failureOf = async (socket: Socket): Promise<SystemError> => {
    const [error] = (await once(socket.resume(), 'error')) as [SystemError];
    return error;
  };

  it.each([KERNEL, KERNEL_6])('at %s gets all, and sends as much back', async (host) => {
    const { said } = await serve(
      'count, h = 0, hashlib.sha256()',
      'while True:',
      '    piece = c.recv(1 << 16)',
      '    if not piece: break',
      '    count += len(piece); h.update(piece); c.sendall(piece)',
      'c.close(); print(count, h.hexdigest())',
    );
    const socket = stage.network.connect({ port, host });
    const back = hashOf(socket);
    patternStream(BYTES).pipe(socket);
    expect(await said).toBe(`${BYTES} ${patternHash(BYTES)}`);
    expect(await back).toEqual({ bytes: BYTES, hash: patternHash(BYTES) });
  });

  it('is not there: ECONNREFUSED, and the reset behind it', async () => {
    const error = await failureOf(stage.network.connect(1, KERNEL));
    expect(error).toMatchObject({
      message: `connect ECONNREFUSED ${KERNEL}:1`,
      errno: -111,
      reset: { by: `${KERNEL}:1`, isOurs: false },
    });
  });

  it('resets in the midst of its answer: what came before is read, then ECONNRESET', async () => {
    const { said } = await serve(
      'c.recv(1); c.sendall(b"x" * 1000)',
      // Until it is acknowledged (TIOCOUTQ).
      'import fcntl, termios',
      'left = lambda: struct.unpack("i", fcntl.ioctl(c, termios.TIOCOUTQ, bytes(4)))[0]',
      'while left(): time.sleep(0.01)',
      'time.sleep(0.1); reset(c); print("reset")',
    );
    const socket = stage.network.connect(port, KERNEL);
    socket.write('?');
    const error = await failureOf(socket);
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(error.reset).toMatchObject({ by: `${KERNEL}:${port}`, isOurs: false });
    expect(socket.bytesRead).toBe(1000);
    expect(await said).toBe('reset');
  });

  it('closes with our bytes unread: ECONNRESET or EPIPE for who goes on writing', async () => {
    await serve('select.select([c], [], []); c.close()');
    const socket = stage.network.connect(port, KERNEL);
    const timer = setInterval(() => socket.write('more'), 5);
    const { code } = await failureOf(socket);
    clearInterval(timer);
    expect(['ECONNRESET', 'EPIPE']).toContain(code);
  });

  it('does not read, and is killed: the writer waits, then is told', async () => {
    port += 1;
    const words = script(`l = listen(${port})`, 'c, _ = l.accept(); time.sleep(60)');
    const child = await stage.startServer(port, ...words);
    const socket = stage.network.connect(port, KERNEL);
    await once(socket, 'connect');
    const failed = failureOf(socket);
    const text = Buffer.alloc(64 << 20);
    let written: unknown = 'waits';
    socket.write(text, (error) => (written = error));
    const { connection } = hostSocketOf(socket)!;
    await until(() => connection!.sndWnd < connection!.sndMss);
    expect(written).toBe('waits');
    expect(connection!.sendBuffer.length).toBeLessThanOrEqual(4 << 20);
    child.kill('SIGKILL');
    expect(['ECONNRESET', 'EPIPE']).toContain((await failed).code);
    await until(() => stage.network.machine.host.counts().connections === 0);
  });
});
