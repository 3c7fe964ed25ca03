import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cablePlace } from '../device/cable.fixture.ts';
import { EthernetDevice } from '../device/ethernet-device.ts';
import type { FrameStream } from '../device/frame-stream.ts';
import { connectStream, listenForStreams } from '../device/open-stream.ts';
import { parseSubnet } from '../device/subnet.ts';
import { loadLibc } from '../live/libc.ts';
import { run } from '../live/command.ts';
import { type Network, openNetwork } from '../net/network.ts';

/** What is built is what people run; `npm test` builds first. */
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ENVIRONMENT = { ...process.env, NO_COLOR: '1', RESETLAB_LANG: '' };

type Row = Record<string, unknown> & { readonly type: string };

/** `resetlab stack`, as it runs. */
class Running {
  readonly child: ChildProcess;
  output = '';
  complaints = '';
  readonly ended: Promise<number | null>;
  /** It is over, and all that it wrote has been read. */
  private isOver = false;
  private seen = 0;

  constructor(program: string, ...words: readonly string[]) {
    this.child = spawn(program, words, { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (piece: Buffer) => (this.output += piece.toString()));
    this.child.stderr?.on('data', (piece: Buffer) => (this.complaints += piece.toString()));
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code) => {
        this.isOver = true;
        resolve(code);
      }),
    );
  }

  get rows(): Row[] {
    const lines = this.output.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Row);
  }

  /** The next of that type that has not been asked for yet; those before it are passed over. */
  async row(type: string): Promise<Row> {
    const at = await this.place(type, (one, place) => place >= this.seen && one.type === type);
    this.seen = at + 1;
    return this.rows[at]!;
  }

  /** Waits for the reset that it sent of this cause, wherever that stands among the others. */
  async sent(cause: string): Promise<Row> {
    const is = (one: Row) => one['kind'] === 'sent' && one['cause'] === cause;
    return this.rows[await this.place(cause, is)]!;
  }

  end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }

  private async place(what: string, is: (one: Row, place: number) => boolean): Promise<number> {
    const until = performance.now() + 60_000;
    for (;;) {
      const at = this.rows.findIndex(is);
      if (at >= 0) return at;
      if (performance.now() > until || this.isOver) {
        throw new Error(`no ${what} in:\n${this.output}${this.complaints}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

const stack = (...words: readonly string[]): Running =>
  new Running(process.execPath, MAIN, 'stack', ...words);

let running: Running | undefined;
let cable: ReturnType<typeof cablePlace>;

beforeEach(() => {
  cable = cablePlace();
});

afterEach(async () => {
  await running?.end('SIGKILL');
  running = undefined;
  cable.remove();
});

/** A host of ours at the other end of the cable. */
const peerOn = (stream: FrameStream): Network => {
  const subnets = ['10.99.0.1/24', 'fd00::1/64'].map((text) => parseSubnet(text)!);
  return openNetwork({
    device: new EthernetDevice(stream, { subnets }),
    addresses: ['10.99.0.1', 'fd00::1'],
  });
};

const ADDRESSES = ['--address', '10.99.0.2/24', '--address', 'fd00::2/64'];

const fetched = (network: Network, url: string, headers = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: network.agent(), headers }, (response: IncomingMessage) => {
      let text = `${response.statusCode} `;
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    request.on('error', reject);
  });

describe('stack --connect', () => {
  const connected = async (...words: readonly string[]): Promise<Network> => {
    const listener = await listenForStreams(cable.place);
    const coming = listener.next();
    running = stack('--connect', cable.place.path, ...ADDRESSES, ...words);
    const network = peerOn(await coming);
    listener.close();
    return network;
  };

  it('serves HTTP, resets on purpose, and tells each life', async () => {
    const network = await connected('--json');
    expect(await running!.row('up')).toMatchObject({
      device: `stream ${cable.place.path}`,
      addresses: ['10.99.0.2', 'fd00::2', expect.stringMatching(/^fe80::/)],
      services: [
        { name: 'echo', port: 7 },
        { name: 'discard', port: 9 },
        { name: 'chargen', port: 19 },
        { name: 'http', port: 80 },
      ],
    });
    const page = await fetched(network, 'http://[fd00::2]/', { accept: 'text/html' });
    expect(page).toMatch(/^200 <!doctype html>[\s\S]*You are \[fd00::1\]:\d+/);
    const { connection } = await running!.row('closed');
    expect(connection).toBe(1);

    const failure = fetched(network, 'http://10.99.0.2/reset/linger-zero');
    await expect(failure).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await running!.row('reset')).toMatchObject({
      kind: 'sent',
      cause: 'linger-zero',
      local: '10.99.0.2:80',
      rule: { source: 'RFC 9293 §3.10.5' },
    });
    expect(await running!.row('closed')).toMatchObject({ ending: 'linger-zero', sent: 0 });

    expect(await running!.end()).toBe(0);
    const { sent, causes, ...summary } = running!.rows.at(-1)!;
    expect(summary).toMatchObject({ type: 'summary', connections: 2 });
    // A peer that was not answered in time repeats its request, and is reset once more for it.
    const { 'repeated-reset': repeated = 0, ...first } = causes as Record<string, number>;
    expect({ first, sent }).toEqual({ first: { 'linger-zero': 1 }, sent: 1 + repeated });
    await network.close();
  });

  it('ends with the link, and says how it went', async () => {
    const network = await connected('--json', '--no-services');
    expect(await running!.row('up')).toMatchObject({ services: [] });
    const refused = fetched(network, 'http://10.99.0.2/');
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await running!.row('reset')).toMatchObject({ cause: 'closed-port', state: 'CLOSED' });
    await network.close();
    expect(String((await running!.row('lost'))['why'])).toMatch(/its other end closed it/);
    expect(await running!.ended).toBe(2);
  });

  it('speaks Chinese, with a sysctl and a port of its own', async () => {
    const words = ['--lang', 'zh', '--services', 'http=8080', '--set', 'net.ipv4.ip_default_ttl=9'];
    const network = await connected(...words);
    await expect(fetched(network, 'http://10.99.0.2:8080/reset/destroyed')).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    const page = await fetched(network, 'http://10.99.0.2:8080/', { 'accept-language': 'zh-CN' });
    expect(page).toContain('你是 10.99.0.1:');
    expect(await running!.end('SIGTERM')).toBe(0);
    expect(running!.output).toMatch(/服务：http 8080/);
    expect(running!.output).toMatch(/发出 RST +10\.99\.0\.2:8080 → 10\.99\.0\.1:\d+ .*destroyed/);
    // A request that is repeated meanwhile is reset once more.
    expect(running!.output).toMatch(
      /共 2 个连接；RST：发出 (?:1 \(destroyed 1|\d+ \(destroyed 1, repeated-reset \d+)\)/,
    );
    await network.close();
  });

  it('a request on a connection that was used is asked to come again', async () => {
    const network = await connected('--json');
    await running!.row('up');
    const agent = network.agent({ keepAlive: true, maxSockets: 1 });
    const status = (path: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get({ host: '10.99.0.2', path, agent }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        }).on('error', reject);
      });
    expect(await status('/')).toBe(200);
    expect(await status('/reset/linger-zero')).toBe(307);
    await expect(status('/reset/linger-zero')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await status('/else')).toBe(404);
    agent.destroy();
    await network.close();
  });
});

describe('stack --listen', () => {
  it('serves one after the other, until it is ended', async () => {
    running = stack('--listen', cable.place.path, ...ADDRESSES, '--json');
    await running.row('waiting');
    for (let peers = 0; peers < 2; peers += 1) {
      const network = peerOn(await connectStream(cable.place));
      await running.row('up');
      const socket = network.connect(7, '10.99.0.2');
      socket.end('to and fro');
      let heard = '';
      socket.on('data', (piece: Buffer) => (heard += piece.toString()));
      await new Promise((resolve) => socket.once('close', resolve));
      expect(heard).toBe('to and fro');
      expect(await running.row('closed')).toMatchObject({
        service: 'echo',
        received: 10,
        sent: 10,
      });
      await network.close();
      await running.row('lost');
      await running.row('waiting');
    }
    expect(await running.end()).toBe(0);
    expect(await running.row('summary')).toMatchObject({ connections: 2 });
    expect(existsSync(cable.place.path), 'the socket file is gone').toBe(false);
  });
});

describe('a wrong call', () => {
  it.each([
    [[], 'what carries the packets? --tun NAME, --connect PLACE or --listen PLACE'],
    [['--tun', 'a', '--listen', './b'], 'only one of --tun NAME'],
    [['--tun', 'too-long-a-name-for-it'], '--tun too-long-a-name-for-it: a name of 1 to 15'],
    [['--connect', 'passt.sock'], '--connect passt.sock: a path with a slash, or host:port'],
    [['--connect', './x'], '--address is missing'],
    [
      ['--connect', './x', '--address', '10.0.0.300'],
      '--address 10.0.0.300: it must be an address',
    ],
    [['--connect', './x', '--mac', '01:00:00:00:00:00'], "--mac 01:00:00:00:00:00: one machine's"],
    [['--connect', './x', '--kernel-address', '10.0.0.1'], '--kernel-address is for --tun'],
    [['--tun', 'a', '--gateway', '10.0.0.1'], '--gateway is for --connect and --listen'],
    [['--connect', './x', ...ADDRESSES, '--mtu', '1000'], '--mtu 1000: 1280 to 65535 bytes'],
    [['--connect', './x', ...ADDRESSES, '--services', 'htp'], 'did you mean http?'],
    [['--connect', './x', ...ADDRESSES, '--services', 'http=0'], 'a port is 1 to 65535'],
    [['--connect', './x', ...ADDRESSES, '--services', 'http=7,echo'], 'port 7 twice'],
    [['--connect', './x', ...ADDRESSES, '--set', 'tcp_nothing=1'], '--set: '],
    [['--connect', './nowhere.sock', ...ADDRESSES], '--connect ./nowhere.sock: '],
  ])('%j', (words, complaint) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, 'stack', ...words], {
      encoding: 'utf8',
      env: ENVIRONMENT,
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(/^resetlab: [^\n]*\n$/);
    expect(stderr).toContain(complaint);
  });
});

const lacking = async (): Promise<string | undefined> => {
  if (process.platform !== 'linux') return 'TUN needs Linux';
  if (process.getuid?.() !== 0) return 'a network namespace needs root';
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
  const libc = await loadLibc();
  if (typeof libc === 'string') return libc;
  const absent = ['ip', 'curl'].filter((name) => spawnSync(name, ['--version']).error);
  return absent.length > 0 ? `${absent.join(', ')} must be installed` : undefined;
};

const missing = await lacking();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

describe.skipIf(missing !== undefined)('stack --tun, with curl on the kernel', () => {
  const space = `resetlab-stack-${process.pid}`;

  beforeEach(async () => {
    await run('ip', 'netns', 'add', space);
  });

  afterEach(async () => {
    await running?.end('SIGKILL');
    await run('ip', 'netns', 'del', space);
  });

  const started = async (...words: readonly string[]): Promise<Running> => {
    const program = ['netns', 'exec', space, process.execPath, MAIN, 'stack', '--tun', 'rl0'];
    running = new Running('ip', ...program, ...ADDRESSES, '--json', ...words);
    await running.row('up');
    return running;
  };

  const curl = async (...words: readonly string[]): Promise<string> => {
    const child = spawn('ip', [
      'netns',
      'exec',
      space,
      'curl',
      '-sS',
      '--max-time',
      '60',
      ...words,
    ]);
    let told = '';
    child.stdout.on('data', (piece: Buffer) => (told += piece.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return `${String(code)} ${told}`;
  };

  /** 52: nothing came; 55, 56: sending or receiving failed; 18: too little came. */
  it.each([
    ['close-with-unread-data', ['close-with-unread-data'], /^56 /],
    ['linger-zero', ['linger-zero'], /^56 /],
    ['disconnect', ['disconnect'], /^56 /],
    ['destroyed', ['destroyed'], /^56 /],
    ['linger2-abort', ['linger2-abort'], /^(?:52|56) /],
    ['orphan-limit', ['orphan-limit'], /^(?:52|56) /],
    ['half-open-restart', ['half-open-restart'], /^(?:18|56) /],
    ['closed-before-response', [], /^52 /],
    ['keepalive-race', [], /^0 ok/],
  ])('/reset/%s', async (cause, causes, told) => {
    const ours = await started('--kernel-address', '10.99.0.1/24');
    expect(await curl(`http://10.99.0.2/reset/${cause}`)).toMatch(told);
    await ours.row('closed');
    await ours.end();
    const sent = ours.rows.filter(({ type, kind }) => type === 'reset' && kind === 'sent');
    expect(sent.map((row) => row['cause']).filter((each) => each !== 'repeated-reset')).toEqual(
      causes,
    );
  });

  it('an upload is cut off: early-response, data-after-close', async () => {
    const ours = await started('--kernel-address', '10.99.0.1/24');
    for (const [cause, sent] of [
      ['early-response', 'close-with-unread-data'],
      ['data-after-close', 'data-after-close'],
    ] as const) {
      const upload = ['-H', 'Expect:', '--data-binary', `@${process.execPath}`];
      await curl(...upload, `http://10.99.0.2/reset/${cause}`);
      await ours.row('closed');
      // It may come after the end of the connection, and after curl has had it.
      expect(await ours.sent(sent)).toMatchObject({ type: 'reset', local: '10.99.0.2:80' });
    }
  });

  it('IPv6, the page, ping, and the device removed meanwhile', async () => {
    const ours = await started(
      '--kernel-address',
      'fd00::1/64',
      '--kernel-address',
      '10.99.0.1/24',
    );
    expect(await curl('http://[fd00::2]/')).toMatch(/^0 You are \[fd00::1\]:\d+/);
    // One at a time: the last of several is waited for only as long as lies between two.
    const ping = ['netns', 'exec', space, 'ping', '-c', '1', '-W', '15'];
    for (const address of ['10.99.0.2', '10.99.0.2', 'fd00::2', 'fd00::2']) {
      expect(await run('ip', ...ping, address)).toContain('1 received');
    }
    await run('ip', '-n', space, 'link', 'del', 'rl0');
    expect(await ours.ended).toBe(2);
    expect(ours.rows.slice(-2).map(({ type }) => type)).toEqual(['lost', 'summary']);
  });
});
