import { createReadStream, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { type Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Witness } from '../../src/net/faults/witness.fixture.ts';
import { Between, type Fate } from './between.ts';
import { hashOf, patternHash, patternStream } from './pattern.ts';
import { cannotMeet, DEVICE, KERNEL, KERNEL_6, PeerStage } from './stage.ts';

/** Our http.Agent with Debian's nginx. */

const BYTES = 50_000_000;
const PORT = 8080;
/** Where idle connections are closed after a second. */
const IMPATIENT_PORT = 8081;

const configuration = (folder: string): string => `
  daemon off;
  master_process off;
  user root;
  pid ${folder}/nginx.pid;
  error_log ${folder}/error.log;
  events { worker_connections 256; }
  http {
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    sendfile on;
    server {
      listen ${PORT};
      listen [::]:${PORT};
      root ${folder}/www;
      location /in/ { dav_methods PUT; client_max_body_size 0; }
      location /narrow { client_max_body_size 1k; lingering_close always; proxy_pass http://127.0.0.1:1; }
    }
    server {
      listen ${IMPATIENT_PORT};
      keepalive_timeout 1s;
      return 200 "ok";
    }
  }
`;

const PROTOCOL_TCP = 6;
const FIN = 1;
const RST = 4;

interface Arrived {
  /** Of our socket. */
  readonly port: number;
  readonly flags: number;
}

/** Of TCP over IPv4. */
const arrivedIn = (bytes: Uint8Array): Arrived | undefined => {
  if (bytes[0]! >> 4 !== 4 || bytes[9] !== PROTOCOL_TCP) return undefined;
  const tcp = (bytes[0]! & 15) * 4;
  return { port: (bytes[tcp + 2]! << 8) | bytes[tcp + 3]!, flags: bytes[tcp + 13]! };
};

/** Lets everything pass until it is shut; then FINs wait, and what comes after them to the same socket. */
class Gate {
  private isOpen = true;
  private waiting: (Arrived & { readonly pass: () => void })[] = [];

  readonly fate: Fate = (packet, pass) => {
    const arrived = arrivedIn(packet.bytes);
    if (arrived !== undefined && !this.isOpen && this.keeps(arrived)) {
      this.waiting.push({ ...arrived, pass: () => pass(packet) });
    } else pass(packet);
  };

  shut(): void {
    this.isOpen = false;
  }

  /** Resolves when a segment with this flag waits for the socket. */
  async holds(flag: number, port: number): Promise<void> {
    while (!this.waiting.some((one) => one.port === port && (one.flags & flag) !== 0)) {
      await sleep(10);
    }
  }

  open(): void {
    this.isOpen = true;
    for (const { pass } of this.waiting.splice(0)) pass();
  }

  private keeps({ port, flags }: Arrived): boolean {
    return (flags & FIN) !== 0 || this.waiting.some((one) => one.port === port);
  }
}

describe.skipIf(cannotMeet('nginx', 'ss', 'tcpdump'))('nginx', { timeout: 60_000 }, () => {
  let stage: PeerStage;
  let agent: Agent;
  const gate = new Gate();
  beforeAll(async () => {
    stage = await PeerStage.open({
      wrap: (device) =>
        new Between(device, { arriving: gate.fate, leaving: (packet, pass) => pass(packet) }),
    });
    mkdirSync(join(stage.folder, 'www', 'in'), { recursive: true });
    const file = join(stage.folder, 'nginx.conf');
    writeFileSync(file, configuration(stage.folder));
    await pipeline(patternStream(BYTES), createWriteStream(join(stage.folder, 'www', 'large')));
    await stage.startServer(PORT, 'nginx', ['-p', stage.folder, '-c', file]);
    agent = stage.network.agent({ keepAlive: true, maxSockets: 1 });
  });
  afterAll(async () => {
    agent.destroy();
    await stage.close();
  });

  /** The answer to a request whose body is a stream, if any. */
  const ask = (options: RequestOptions, body?: NodeJS.ReadableStream): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: KERNEL, port: PORT, agent, ...options }, resolve);
      asked.once('error', reject);
      if (body === undefined) asked.end();
      else body.pipe(asked);
    });

  it('gives a large file whole, over both versions of IP, and one connection a host', async () => {
    const sockets = new Set<unknown>();
    for (const host of [KERNEL, KERNEL, KERNEL_6]) {
      const answer = await ask({ host, path: '/large' });
      sockets.add(answer.socket);
      expect(await hashOf(answer)).toEqual({ bytes: BYTES, hash: patternHash(BYTES) });
    }
    expect(sockets.size).toBe(2);
  });

  it('stores a large body whole', async () => {
    const options = { method: 'PUT', path: '/in/put', headers: { 'content-length': BYTES } };
    const answer = await ask(options, patternStream(BYTES));
    expect(answer.resume().statusCode).toBe(201);
    const stored = createReadStream(join(stage.folder, 'www', 'in', 'put'));
    expect((await hashOf(stored)).hash).toBe(patternHash(BYTES));
  });

  it('answers 413 before the body has come, and that is heard', async () => {
    const headers = { 'content-length': BYTES };
    const answer = await ask({ method: 'POST', path: '/narrow', headers }, patternStream(BYTES));
    expect(answer.resume().statusCode).toBe(413);
  });

  /** The new socket of a request to the impatient server that was answered, now idle. */
  const idleSocket = async (): Promise<Socket> => {
    agent.destroy();
    const answer = await ask({ port: IMPATIENT_PORT });
    const { socket } = answer;
    expect((await hashOf(answer)).bytes).toBe(2);
    return socket;
  };

  it('closes an idle connection, which the agent notices', async () => {
    const first = await idleSocket();
    await once(first, 'close');
    const answer = await ask({ port: IMPATIENT_PORT });
    expect(answer.resume().socket).not.toBe(first);
  });

  it('closes an idle connection just as it is used again, and a capture says so', async () => {
    const witness = await Witness.on(stage.space.name, DEVICE);
    // Before the connection is idle: whatever delays this process, the FIN is not let in.
    gate.shut();
    const { localPort = 0 } = await idleSocket();
    await gate.holds(FIN, localPort);
    const second = ask({ port: IMPATIENT_PORT }).then(({ statusCode }) => statusCode);
    await gate.holds(RST, localPort);
    gate.open();
    // What Node says of a socket that ends before its answer: `socket hang up`.
    await expect(second).rejects.toMatchObject({ code: 'ECONNRESET' });
    const [named] = (await witness.says()).at(IMPATIENT_PORT);
    expect(named).toBe('keepalive-race');
  });
});
