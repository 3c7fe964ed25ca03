import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  bytesOf,
  closeNetworks,
  failureOf,
  listening,
  network,
  textOf,
} from './network.fixture.ts';
import type { Network } from './network.ts';
import type { Socket } from './socket.ts';

afterEach(closeNetworks);

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly socket: unknown;
}

interface Asking {
  readonly agent?: http.Agent;
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
}

/** One request, and all of its answer. */
const ask = (
  net: Network,
  port: number,
  { agent = net.agent(), body: sent, ...rest }: Asking = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, agent, ...rest }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += String(chunk)));
      response.on('end', () =>
        resolve({ status: response.statusCode, body, socket: response.socket }),
      );
    });
    request.on('error', reject);
    request.end(sent);
  });

const serving = (net: Network, listener: http.RequestListener): Promise<number> =>
  listening(net.serve(http.createServer(listener)));

describe('http.createServer and http.Agent', () => {
  it('answer over our TCP', async () => {
    const net = network();
    const port = await serving(net, (request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => response.end(`${request.method} ${request.url} ${body}`));
    });
    const answer = await ask(net, port, { method: 'POST', path: '/x', body: 'of three parts' });
    expect(answer).toMatchObject({ status: 200, body: 'POST /x of three parts' });
  });

  it('keep a connection for several requests', async () => {
    const net = network();
    const seen = new Set<unknown>();
    const port = await serving(net, (request, response) => {
      seen.add(request.socket);
      response.end('kept');
    });
    const agent = net.agent({ keepAlive: true });
    for (let at = 0; at < 5; at += 1) await ask(net, port, { agent });
    expect(seen.size).toBe(1);
    agent.destroy();
  });

  it('answer at once, not when a timer of the engine goes off', async () => {
    const net = network();
    const port = await serving(net, (_, response) => {
      response.setHeader('content-length', 1000);
      response.end('x'.repeat(1000));
    });
    const agent = net.agent({ keepAlive: true });
    // Time stands still: an answer that waits for a timer never comes.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      for (let at = 0; at < 10; at += 1) {
        expect(await ask(net, port, { agent })).toMatchObject({ body: 'x'.repeat(1000) });
      }
    } finally {
      vi.useRealTimers();
    }
    agent.destroy();
  });

  it('answer requests in one piece in their order', async () => {
    const net = network();
    const port = await serving(net, (request, response) => {
      // The first takes longest.
      const ms = request.url === '/1' ? 40 : 0;
      setTimeout(() => response.end(request.url), ms);
    });
    const client = net.connect(port, '127.0.0.1');
    const requests = ['/1', '/2', '/3'].map((url) => `GET ${url} HTTP/1.1\r\nHost: x\r\n`);
    client.write(`${requests.join('\r\n')}Connection: close\r\n\r\n`);
    const text = await textOf(client);
    expect([...text.matchAll(/^\/\d/gm)].map(([url]) => url)).toEqual(['/1', '/2', '/3']);
  });

  it('carry a large body under backpressure', async () => {
    const net = network();
    const body = Buffer.alloc(5_000_000, 'resetlab ');
    const port = await serving(net, (_, response) => response.end(body));
    const client = net.connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const received = await bytesOf(client);
    expect(received.subarray(-body.length).equals(body)).toBe(true);
  });

  it('413 with the body unread: the reset says that it overtook the answer', async () => {
    const net = network();
    const port = await serving(net, (request, response) => {
      response.writeHead(413, { Connection: 'close' }).end();
      response.on('finish', () => request.socket.destroy());
    });
    const client = net.connect(port, '127.0.0.1');
    client.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n');
    client.write(Buffer.alloc(8_000_000));
    expect(await failureOf(client)).toMatchObject({
      // EPIPE where the server's FIN came before its reset (tcp_reset).
      code: expect.stringMatching(/^(?:ECONNRESET|EPIPE)$/),
      // Whether more of the body came before the close or after it.
      reset: {
        cause: expect.stringMatching(/^(?:close-with-unread-data|data-after-close)$/),
        by: `127.0.0.1:${port}`,
      },
    });
  });

  it('socket hang up, when the server resets', async () => {
    const net = network();
    const port = await serving(net, (request) =>
      (request.socket as unknown as Socket).resetAndDestroy(),
    );
    await expect(ask(net, port)).rejects.toMatchObject({
      code: 'ECONNRESET',
      message: 'read ECONNRESET',
      reset: { cause: 'linger-zero' },
    });
  });

  it('end idle connections when the server closes, whichever of both is told', async () => {
    for (const which of ['ours', "Node's"] as const) {
      const net = network();
      const inner = http.createServer((_, response) => response.end());
      const server = net.serve(inner);
      const port = await listening(server);
      const agent = net.agent({ keepAlive: true });
      await ask(net, port, { agent });
      const closed = once(server, 'close');
      if (which === 'ours') server.close();
      else inner.close();
      await closed;
      expect(server.listening, which).toBe(false);
      agent.destroy();
    }
  });

  it('give up on a request that comes too slowly (408)', async () => {
    const net = network();
    const inner = http.createServer({ headersTimeout: 60, connectionsCheckingInterval: 20 });
    const port = await listening(net.serve(inner));
    const client = net.connect(port, '127.0.0.1');
    client.write('GET / HT');
    expect(await textOf(client)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('upgrade to something else', async () => {
    const net = network();
    const inner = http.createServer();
    inner.on('upgrade', (_, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n',
      );
      socket.pipe(socket);
    });
    const port = await listening(net.serve(inner));
    const request = http.request({
      host: '127.0.0.1',
      port,
      agent: net.agent(),
      headers: { Connection: 'Upgrade', Upgrade: 'echo' },
    });
    request.end();
    const [, socket] = (await once(request, 'upgrade')) as [unknown, Socket];
    socket.end('there and back');
    expect(await textOf(socket)).toBe('there and back');
  });
});

describe('TLS', () => {
  it('runs on top, HTTPS too', async () => {
    const net = network();
    // A pre-shared key needs no certificate.
    const secret = { psk: Buffer.from('0123456789abcdef'), identity: 'resetlab' };
    const common = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' as const };
    const inner = https.createServer({ ...common, pskCallback: () => secret.psk }, (_, response) =>
      response.end('private'),
    );
    const server = net.createServer((socket) => inner.emit('connection', socket));
    const port = await listening(server);
    const socket = net.connect(port, '127.0.0.1');
    const secure = tls.connect({
      ...common,
      socket,
      pskCallback: () => secret,
      checkServerIdentity: () => undefined,
    });
    secure.end('GET / HTTP/1.0\r\n\r\n');
    let text = '';
    secure.on('data', (chunk) => (text += String(chunk)));
    await once(secure, 'end');
    expect(text).toMatch(/private$/);
    await sleep(0);
  });
});
