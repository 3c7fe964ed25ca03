import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytesOf, closeNetworks, listening, twoNetworks } from './network.fixture.ts';
import type { Socket } from './socket.ts';

afterEach(closeNetworks);

/** Of the engine and of a network that closes. */
const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

const MODULE = new URL('../../dist/net/index.js', import.meta.url).href;

/** What a process of its own prints; `still alive` if it has not ended after `ms`. */
const run = (program: string, ms = 20_000): Promise<string> =>
  new Promise((resolve, reject) => {
    const text = `import { openNetwork } from '${MODULE}';\nconst net = openNetwork();\n${program}`;
    const args = ['--input-type=module', '--eval', text];
    execFile(process.execPath, args, { timeout: ms }, (error, stdout, stderr) => {
      if (error?.killed === true) resolve(`${stdout}still alive`);
      else if (error !== null) reject(new Error(stderr));
      else resolve(stdout);
    });
  });

describe('a process', () => {
  it('ends with an open network that nobody uses', async () => {
    expect(await run('')).toBe('');
  });

  it('ends when server and connections are closed, without closing the network', async () => {
    const program = `
      const server = net.createServer((socket) => { socket.end('bye'); server.close(); });
      server.listen(0, () => net.connect(server.address().port).on('data', (d) => process.stdout.write(d)));
    `;
    expect(await run(program)).toBe('bye');
  });

  it('lives as long as a server listens, unless that is unref()ed', async () => {
    expect(await run('net.createServer().listen(0)', 1500)).toBe('still alive');
    expect(await run('net.createServer().listen(0).unref()')).toBe('');
  });

  it('lives as long as a connection is read, unless that is unref()ed', async () => {
    const program = (ref: string): string => `
      const server = net.createServer((socket) => socket.unref()).listen(0).unref();
      const client = net.connect(server.address().port, '127.0.0.1').${ref}();
      setTimeout(() => {}, 300);
    `;
    expect(await run(program('ref'), 1500)).toBe('still alive');
    expect(await run(program('unref'))).toBe('');
  });

  it('goes on with all others when a listener throws', async () => {
    const program = `
      process.on('uncaughtException', (error) => console.log(error.message));
      const server = net.createServer((socket) => { socket.end('x'); throw new Error('in connection'); });
      server.listen(0, () => {
        const { port } = server.address();
        let left = 2;
        for (const name of ['first', 'second']) {
          net.connect(port, '127.0.0.1').on('data', () => { throw new Error(name); }).on('close', () => {
            left -= 1;
            if (left === 0) server.close();
          });
        }
      });
    `;
    const lines = (await run(program)).trim().split('\n').toSorted();
    // One socket's listener throws, and all others hear what is for them.
    expect(lines).toEqual(['first', 'in connection', 'in connection', 'second']);
  });
});

describe('close of a network', () => {
  it('lets the last bytes leave', async () => {
    const { near, far } = twoNetworks();
    const server = far.createServer();
    const port = await listening(server, '10.0.0.2');
    const client = near.connect(port, '10.0.0.2');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const received = bytesOf(accepted);
    await new Promise((resolve) => void client.write(Buffer.alloc(30_000), resolve));
    client.destroy();
    await near.close();
    expect((await received).length).toBe(30_000);
  });

  it('does not wait long for a peer that is gone', async () => {
    const { cable, near, far } = twoNetworks();
    const port = await listening(far.createServer(), '10.0.0.2');
    const client = near.connect(port, '10.0.0.2');
    await once(client, 'connect');
    cable.isCut = true;
    vi.useFakeTimers({ toFake: [...TIMERS, 'performance'] });
    try {
      client.end('nobody hears');
      const begun = performance.now();
      let isClosed = false;
      void near.close().then(() => (isClosed = true));
      const isLate = (): boolean => performance.now() - begun >= 5000;
      const goesOn = (): boolean => !isClosed && !isLate();
      while (goesOn()) {
        vi.advanceTimersByTime(10);
        await turn();
      }
      expect(isClosed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
