import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pass, until } from '../../../test/waiting.ts';
import { type Network, openNetwork } from '../network.ts';
import { hostSocketOf, type Socket } from '../socket.ts';
import { ENDINGS, type EndingId } from './endings.ts';
import { type EndedLife, Services } from './services.ts';
import { chargen } from './simple-services.ts';

let network: Network;
let services: Services;
let closed: EndedLife[];
let opened: string[];

beforeEach(() => {
  closed = [];
  opened = [];
  network = openNetwork();
  services = new Services(network, {
    opened: ({ connection, service }) => opened.push(`${connection} ${service}`),
    closed: (life) => closed.push(life),
  });
});

afterEach(async () => {
  services.close();
  await network.close();
});

/** Until `enough` bytes came, or the end. */
const read = (socket: Socket, enough = Infinity): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.length < enough) return;
      socket.destroy();
      resolve(text);
    });
    socket.on('end', () => resolve(text)).on('error', reject);
  });

describe('a service', () => {
  it('echo, RFC 862: gives back all of it, and ends after its client', async () => {
    await services.open('echo', 7);
    const socket = network.connect(7);
    const sent = 'a line\n'.repeat(50_000);
    socket.end(sent);
    expect((await read(socket)) === sent).toBe(true);
    await until(() => closed.length === 1);
    expect(opened).toEqual(['1 echo']);
    expect(closed[0]).toMatchObject({
      connection: 1,
      service: 'echo',
      server: '127.0.0.1:7',
      received: sent.length,
      sent: sent.length,
      error: undefined,
    });
  });

  it('discard, RFC 863: gives back nothing', async () => {
    await services.open('discard', 9);
    const socket = network.connect(9);
    socket.end('nothing comes of it');
    expect(await read(socket)).toBe('');
    await until(() => closed.length === 1);
    expect(closed[0]).toMatchObject({ received: 19, sent: 0 });
  });

  it('chargen, RFC 864: the ring of printing characters, 72 a line, each a character further', async () => {
    await services.open('chargen', 19);
    const lines = (await read(network.connect(19), 96 * 74)).split('\r\n');
    // The RFC's own first and third line.
    expect(lines[0]).toBe(
      ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg',
    );
    expect(lines[2]).toBe(
      '"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghi',
    );
    // The last of the ring begins with its last character, and it begins anew.
    expect(lines[94]?.slice(0, 4)).toBe('~ !"');
    expect(lines[95]).toBe(lines[0]);
  });

  it('chargen waits for who does not read', () => {
    let writes = 0;
    const slow = new Duplex({
      read: () => undefined,
      write: () => {
        writes += 1;
      },
    });
    chargen(slow as Socket);
    expect(writes).toBe(1);
    expect(slow.writableLength).toBeLessThan(100_000);
    slow.destroy();
  });

  it('chargen ends with a reset of its client', async () => {
    await services.open('chargen', 19);
    const socket = network.connect(19, '127.0.0.1', () => socket.pause());
    await until(() => opened.length === 1);
    socket.resetAndDestroy();
    await until(() => closed.length === 1);
    expect(closed[0]).toMatchObject({ error: 'ECONNRESET', received: 0 });
  });

  it('http, with a request in pieces', async () => {
    await services.open('http', 80);
    const socket = network.connect(80);
    const outcome = read(socket).catch((error: unknown) => error);
    for (const piece of ['GET /rese', 't/linger-ze', 'ro HTTP/1.1\r\n\r\n']) {
      socket.write(piece);
      await pass(15);
    }
    expect(await outcome).toMatchObject({ code: 'ECONNRESET', reset: { cause: 'linger-zero' } });
  });

  it('http, with a client that goes before it asked', async () => {
    await services.open('http', 80);
    network.connect(80).end();
    const gone = network.connect(80, '127.0.0.1', () => gone.resetAndDestroy());
    await until(() => closed.length === 2);
    expect(closed.map(({ error }) => error)).toContain('ECONNRESET');
  });
});

/** What a client sees that has sent a line, reads, and writes again; EPIPE after a FIN (tcp_reset). */
describe('a connection ended by', () => {
  const fates: readonly [EndingId, { code: string; cause: string }][] = [
    ['close-with-unread-data', { code: 'ECONNRESET', cause: 'close-with-unread-data' }],
    ['linger-zero', { code: 'ECONNRESET', cause: 'linger-zero' }],
    ['disconnect', { code: 'ECONNRESET', cause: 'disconnect' }],
    ['destroyed', { code: 'ECONNRESET', cause: 'destroyed' }],
    ['linger2-abort', { code: 'EPIPE', cause: 'linger2-abort' }],
    ['orphan-limit', { code: 'EPIPE', cause: 'orphan-limit' }],
    ['half-open-restart', { code: 'ECONNRESET', cause: 'half-open-restart' }],
    ['data-after-close', { code: 'EPIPE', cause: 'data-after-close' }],
  ];

  it.each(fates)('%s', async (ending, { code, cause }) => {
    const server = network.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      const { machine } = network;
      const host = hostSocketOf(socket)!;
      const polled = [{ socket: host, events: ['POLLIN'] }] as const;
      machine
        .act(() => host.process.poll(polled))
        .whenSettled(() => {
          ENDINGS[ending]({ machine, socket: host });
          socket.destroy();
        });
    });
    await new Promise<void>((done) => server.listen(99, done));
    const socket = network.connect({ port: 99, allowHalfOpen: true });
    socket.write('a line');
    let error: unknown = undefined;
    socket.once('error', (told) => (error = told)).resume();
    const isGoingOn = (): boolean => error === undefined;
    while (isGoingOn()) {
      // The answers to what was sent come and go first: each segment may draw a reset of its own.
      await pass(300);
      if (isGoingOn()) socket.write('more');
    }
    expect(error).toMatchObject({ code, reset: { cause } });
  });
});
