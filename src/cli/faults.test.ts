import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CAUSE_IDS } from '../causes/ids.ts';
import { WAYS } from '../net/faults/ways.ts';

/** What is built is what people run; `npm test` builds first. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ENVIRONMENT = { ...process.env, NO_COLOR: '1', RESETLAB_LANG: '' };

const faults = (...words: readonly string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'faults', ...words], {
    encoding: 'utf8',
    env: ENVIRONMENT,
    timeout: 60_000,
  });
  expect(stderr, 'never a stack trace').not.toMatch(/\n {4}at /);
  return { stdout, stderr, status };
};

const children: ChildProcess[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
});

/** The proxy as it runs: its lines as they come, and what the first says of its port. */
class Running {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(...words: readonly string[]) {
    const all = [MAIN, 'faults', '--listen', '0', ...words];
    this.child = spawn(process.execPath, all, { env: ENVIRONMENT, stdio: 'pipe' });
    children.push(this.child);
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    return (await this.lines.next()).value ?? '';
  }

  async port(): Promise<number> {
    return Number(/127\.0\.0\.1:(\d+)/.exec(await this.line())?.[1]);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    const [code] = await once(this.child, 'exit');
    return code;
  }
}

const upstream = async (serve: (socket: Socket) => void): Promise<string> => {
  const server = createServer(serve);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return String((server.address() as { port: number }).port);
};

const echo = (socket: Socket): void => void socket.pipe(socket).on('error', () => undefined);

/** What a client meets that says hello: what came back, and its error. */
const hello = async (port: number): Promise<{ text: string; code: string | undefined }> => {
  let code: string | undefined;
  let text = '';
  const take = (_length: number, piece: Uint8Array): boolean => {
    text += Buffer.from(piece).toString();
    socket.end();
    return true;
  };
  // Byte by byte: where data and reset are both there already, Node (libuv) reads into a buffer with
  // room to spare, and then tells an end of file in place of ECONNRESET.
  const onread = { buffer: new Uint8Array(1), callback: take };
  const socket = connect({ port, host: '127.0.0.1', onread });
  socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
  socket.write('hello');
  await new Promise((resolve) => socket.on('close', resolve));
  return { text, code };
};

describe('faults --list', () => {
  it('tells every way, and what needs more than sockets', () => {
    const { stdout, status } = faults('--list', '--width', '200');
    expect(status).toBe(0);
    for (const { moment, how } of WAYS) expect(stdout).toContain(moment.padEnd(17) + how.en);
    expect(stdout).toContain('our TCP on a tapped device');
  });

  it('does so in Chinese, and as JSON', () => {
    expect(faults('--list', '--lang', 'zh').stdout).toContain('从不读取');
    const rows = faults('--list', '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(WAYS.length);
    for (const { type, cause } of rows) {
      expect(type).toBe('way');
      expect(CAUSE_IDS).toContain(cause);
    }
  });
});

describe('faults', () => {
  it('ends every second connection, tells it, and sums up at Ctrl-C', async () => {
    const to = await upstream(echo);
    const proxy = new Running('--upstream', to, '--cause', 'linger-zero', '--every', '2');
    const port = await proxy.port();
    expect(await hello(port)).toEqual({ text: 'hello', code: undefined });
    expect(await hello(port)).toEqual({ text: '', code: 'ECONNRESET' });
    expect(await proxy.line()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3}Z 2 127\.0\.0\.1:\d+ linger-zero after-bytes: ended after \d+ ms, 5 bytes from the client, 0 to it; the client sees read: ECONNRESET, write: EPIPE$/,
    );
    expect(await proxy.end('SIGINT')).toBe(0);
    expect(await proxy.line()).toBe('2 connections, 1 of them ended on purpose');
  });

  it('tells as JSON, and ends by SIGTERM too', async () => {
    const to = await upstream(echo);
    const words = ['--cause', 'linger-zero', '--moment', 'mid-response', '--after-bytes', '2'];
    const proxy = new Running('--upstream', to, '--json', ...words);
    const { type, listen, upstream: behind, afterBytes } = JSON.parse(await proxy.line());
    expect({ type, behind, afterBytes }).toEqual({
      type: 'listening',
      behind: `127.0.0.1:${to}`,
      afterBytes: 2,
    });
    expect(await hello(Number(listen.split(':')[1]))).toEqual({ text: 'he', code: 'ECONNRESET' });
    expect(JSON.parse(await proxy.line())).toMatchObject({
      type: 'broken',
      connection: 1,
      cause: 'linger-zero',
      moment: 'mid-response',
      bytesFromClient: 5,
      bytesToClient: 2,
      sees: { connect: 'ok', response: 'part', read: 'ECONNRESET', write: 'EPIPE' },
    });
    expect(await proxy.end('SIGTERM')).toBe(0);
    expect(JSON.parse(await proxy.line())).toEqual({ type: 'summary', connections: 1, broken: 1 });
  });

  it('resets the server behind, as a client that gives up', async () => {
    let told: (error: NodeJS.ErrnoException) => void = () => undefined;
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => (told = resolve));
    const to = await upstream((socket) => {
      const write = (): void => {
        while (socket.write(Buffer.alloc(65_536)));
      };
      socket.on('error', told).on('drain', write);
      write();
    });
    const proxy = new Running('--upstream', to, '--cause', 'client-abort', '--after-bytes', '1000');
    const client = connect(await proxy.port(), '127.0.0.1').on('error', () => undefined);
    client.resume();
    expect(['ECONNRESET', 'EPIPE']).toContain((await failed).code);
    expect(await proxy.line()).toContain('1000 to it');
    client.destroy();
  });

  it('tells that nobody is behind, and what its client sees', async () => {
    // One of the ports that are given to nobody who does not ask for them.
    const to = '1';
    const proxy = new Running('--upstream', to, '--cause', 'linger-zero', '--lang', 'zh');
    expect((await hello(await proxy.port())).code).toBe('ECONNRESET');
    expect(await proxy.line()).toContain(`connect ECONNREFUSED 127.0.0.1:${to}；客户端被重置`);
    expect(await proxy.end('SIGINT')).toBe(0);
  });

  it('refuses by itself, with nothing behind', async () => {
    const proxy = new Running('--cause', 'closed-port');
    expect((await hello(await proxy.port())).code).toBe('ECONNREFUSED');
    expect(await proxy.end('SIGINT')).toBe(0);
  });

  it.each([
    [[], '--cause is missing'],
    [['--cause', 'keep-alive-race'], 'did you mean keepalive-race'],
    [['--cause', 'port-scan', '--listen', '0'], 'port-scan is nothing that a server does'],
    [['--cause', 'linger-zero', '--moment', 'on-idel'], 'did you mean on-idle?'],
    [
      ['--cause', 'linger-zero', '--moment', 'before-accept'],
      'it has after-bytes, after-handshake',
    ],
    [['--cause', 'linger-zero'], '--listen is missing'],
    [['--cause', 'linger-zero', '--listen', '0'], '--upstream is missing'],
    [['--cause', 'closed-port', '--listen', '0', '--upstream', '80'], 'leave --upstream out'],
    [['--cause', 'half-open-restart', '--listen', '0', '--upstream', '80'], 'needs our TCP'],
    [['--cause', 'linger-zero', '--listen', 'x'], '--listen x: it must be [host:]port'],
    [['--cause', 'linger-zero', '--listen', '0', '--upstream', '70000'], '--upstream 70000'],
    [['--cause', 'linger-zero', '--probability', '2'], 'from 0 to 1'],
    [
      ['--cause', 'linger-zero', '--every', '2', '--probability', '0.5'],
      'either every or probability',
    ],
  ])('%j: one line that says what is wrong', (words, message) => {
    const { stderr, status } = faults(...words);
    expect(status).toBe(2);
    expect(stderr.split('\n')[0]).toContain(message);
    expect(stderr).toMatch(/^resetlab: /);
  });

  it('says that the port is in use', async () => {
    const port = await upstream(echo);
    const { stderr, status } = faults(
      '--cause',
      'linger-zero',
      '--listen',
      port,
      '--upstream',
      port,
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(
      new RegExp(`^resetlab: --listen 127.0.0.1:${port}: .*in use.*choose another port`),
    );
  });
});
