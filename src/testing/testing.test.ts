import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { installed } from '../../test/tools.ts';
import { ROOT } from '../../test/tree.ts';
import { type CauseId, expectNoResets, recordResets, type TestContext } from './index.ts';

const example = (name: string) => join(ROOT, 'examples', name);
const failure = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};

describe('expectNoResets', () => {
  it('fails for a capture whose compression is cut short', async () => {
    const whole = readFileSync(example('early-response-node.pcapng.gz'));
    const { message, name } = await failure(expectNoResets(whole.subarray(0, -100)));
    expect(name).toBe('AssertionError');
    expect(message).toBe('capture: the capture cannot be read whole\ngzip: unexpected end of file');
  });

  it('lets a capture pass that has none', async () => {
    await expect(expectNoResets(example('normal-close.pcap'))).resolves.toBeUndefined();
  });

  it('fails with a report: who reset whom, why, how one knows, what to change', async () => {
    const { message, name, ...rest } = await failure(
      expectNoResets(example('early-response-node.pcapng.gz')),
    );
    expect(name).toBe('AssertionError');
    expect(rest).toMatchObject({
      actual: expect.arrayContaining(['early-response']),
      expected: [],
      // As jest has it, each other is a sentence: "Expected value … to: …".
      operator: 'fail',
    });
    expect(message).toContain(
      'expected no resets, found 1 (24 more are harmless, or were allowed)',
    );
    expect(message).toContain('10.99.0.200:8080 reset 10.99.0.10');
    expect(message).toContain('the server answered 413');
    expect(message).toContain('lingering_close');
    expect(message).not.toContain('\u001b');
  });

  it('lets pass what is allowed, with its special forms', async () => {
    const capture = example('early-response-node.pcapng.gz');
    await expectNoResets(capture, { allow: ['close-with-unread-data'] });
    await expect(expectNoResets(capture, { allow: ['closed-port'] })).rejects.toThrow(/found 1/);
  });

  it('refuses a cause that does not exist', async () => {
    const allow = ['close-with-unread-dat' as CauseId];
    await expect(expectNoResets(example('normal-close.pcap'), { allow })).rejects.toThrow(
      TypeError,
    );
  });

  it('takes no comfort from a capture that cannot be read', async () => {
    const { message } = await failure(expectNoResets(Buffer.from('ffd8ffe000104a46', 'hex')));
    expect(message).toContain('JPEG');
    await expect(expectNoResets('no/such.pcap')).rejects.toThrow(/ENOENT/);
  });

  it('speaks Chinese', async () => {
    const capture = example('early-response-node.pcapng.gz');
    const { message } = await failure(expectNoResets(capture, { language: 'zh' }));
    expect(message).toContain('服务端');
  });
});

const canRecord = process.getuid?.() === 0 && installed('tcpdump', '--version');
if (process.getuid?.() !== 0) console.warn('skipped: recording needs root');

/** A server that does with each connection what it is told. */
const withServer = async (
  serve: (socket: Socket) => void,
  use: (port: number) => Promise<void>,
): Promise<void> => {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await use((server.address() as AddressInfo).port);
  server.close();
};

/** Says something, reads to the end; how the connection ended. */
const ask = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1').resume();
    let how = 'in order';
    socket.on('error', ({ message }) => (how = message));
    socket.on('close', () => resolve(how));
    socket.write('hello');
  });

describe.runIf(canRecord)('recordResets', () => {
  it('records a reset that a test would not have seen', async () => {
    const reset = (socket: Socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    };
    await withServer(reset, async (port) => {
      const filter = `tcp port ${port}`;
      const recording = await recordResets(() => ask(port), { filter });
      expect(recording).toMatchObject({ value: 'read ECONNRESET', skipped: undefined });
      const { message } = await failure(expectNoResets(recording));
      expect(message).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} reset 127\\.0\\.0\\.1`));
    });
  });

  it('passes where connections end in order', async () => {
    await withServer(
      (socket) => socket.on('data', () => socket.end('bye')),
      async (port) => {
        const recording = await recordResets(() => ask(port), { filter: `tcp port ${port}` });
        expect(recording.capture.length).toBeGreaterThan(24);
        await expectNoResets(recording);
      },
    );
  });

  it('records also what tcpdump had no time to read before it is ended', async () => {
    const reset = (socket: Socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    };
    await withServer(reset, async (port) => {
      const hindered = (): Promise<string> => {
        const words = ['-x', '-P', String(process.pid), 'tcpdump'];
        const pid = Number(spawnSync('pgrep', words, { encoding: 'utf8' }).stdout);
        process.kill(pid, 'SIGSTOP');
        setTimeout(() => process.kill(pid, 'SIGCONT'), 500);
        return ask(port);
      };
      const recording = await recordResets(hindered, { filter: `tcp port ${port}`, lingerMs: 10 });
      await expect(expectNoResets(recording)).rejects.toThrow(/found 1/);
    });
  });

  it('throws what the function throws, and leaves no tcpdump behind', async () => {
    const children = () => spawnSync('pgrep', ['-P', String(process.pid), 'tcpdump']).status;
    const throwing = recordResets(() => {
      throw new Error('mine');
    });
    await expect(throwing).rejects.toThrow('mine');
    expect(children()).not.toBe(0);
  });

  it('refuses a context that cannot skip, such as the callback that jest gives', async () => {
    const run = vi.fn<() => void>();
    const test = (() => {}) as unknown as TestContext;
    await expect(recordResets(run, { test })).rejects.toThrow(/^test: .*jest/);
    expect(run).not.toHaveBeenCalled();
  });

  it('refuses a filter that tcpdump does not understand', async () => {
    await expect(recordResets(() => 1, { filter: 'tcp prot 80' })).rejects.toThrow(TypeError);
  });
});

describe('where nothing can be recorded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-testing-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('runs the function all the same, and says why nothing is expected of it', async () => {
    vi.stubEnv('PATH', folder);
    const skip = vi.fn<(reason?: string) => void>();
    const recording = await recordResets(() => 42, { test: { skip } });
    vi.unstubAllEnvs();
    expect(recording).toMatchObject({ value: 42, skipped: 'tcpdump is not installed' });
    expect(skip).toHaveBeenCalledWith('tcpdump is not installed');
    await expectNoResets(recording);
  });

  it('skips a test of node:test, with the reason', () => {
    const built = fileURLToPath(new URL('../../dist/testing/index.js', import.meta.url));
    const file = join(folder, 'own.test.mjs');
    writeFileSync(
      file,
      `import { test } from 'node:test';
       import { expectNoResets, recordResets } from ${JSON.stringify(built)};
       test('mine', async (t) => {
         process.env.PATH = '';
         await expectNoResets(await recordResets(() => {}, { test: t }));
       });`,
    );
    const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], {
      encoding: 'utf8',
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    expect(stdout).toMatch(/ok 1 - mine # SKIP tcpdump is not installed/);
  });
});
