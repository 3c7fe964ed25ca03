import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../device/machine.ts';
import type { Socket as HostSocket } from '../../host/socket.ts';
import { hostSocketOf, type Socket } from '../socket.ts';
import { ENDINGS, type EndingId, isEnding } from './endings.ts';
import { siteHtml, sitePlain, type Visit } from './site.ts';

/** Between looks at a request that comes in pieces, and how many there are. */
const LOOK_MS = 10;
const LOOKS = 100;
/** Of a request, which is looked at before it is read. */
const HEAD = 2048;
const LINE_END = /\r?\n/;
/** A client that sends nothing for so long is Node's to deal with. */
const PATIENCE_MS = 60_000;
const PART = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nthe first';
/** What is answered before the end. */
const SAID_FIRST: Partial<Record<EndingId, string>> = {
  'early-response':
    'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  // Its acknowledgement is what meets nothing.
  'half-open-restart': PART,
  // As if it stayed.
  'keepalive-race':
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n' +
    'Keep-Alive: timeout=60\r\n\r\nok\n',
};

/**
 * HTTP on our TCP. A request for `/reset/<cause>` is looked at without being read, since some causes
 * need just that; every other goes to Node's own server.
 */
export class WebService {
  private readonly machine: Machine;
  private readonly http: Server;
  private readonly endings = new WeakMap<Socket, EndingId>();

  constructor(machine: Machine) {
    this.machine = machine;
    this.http = createServer((request, response) => answer(request, response));
    // Its watch over slow requests begins with that.
    this.http.emit('listening');
  }

  /** A connection that was accepted, and nothing read of it. */
  readonly serve = async (socket: Socket): Promise<void> => {
    const host = hostSocketOf(socket);
    const asked = host === undefined ? undefined : await this.endingAsked(host, socket);
    if (host !== undefined && asked !== undefined) {
      this.endings.set(socket, asked);
      this.end(asked, host);
      socket.destroy();
      return;
    }
    if (socket.destroyed) return;
    this.http.emit('connection', socket);
    socket.resume();
  };

  /** The cause by which its client asked to be ended, if it did. */
  endingOf(socket: Socket): EndingId | undefined {
    return this.endings.get(socket);
  }

  close(): void {
    this.http.close();
    this.http.closeAllConnections();
  }

  private end(asked: EndingId, socket: HostSocket): void {
    const { machine } = this;
    const first = SAID_FIRST[asked];
    if (first !== undefined) {
      machine.act(() => socket.write(Buffer.from(first), { dontWait: true, noSignal: true }));
    }
    ENDINGS[asked]({ machine, socket });
  }

  /** The cause in the first line of the request, if it names one. */
  private async endingAsked(host: HostSocket, socket: Socket): Promise<EndingId | undefined> {
    const head = new Uint8Array(HEAD);
    for (let looks = 0; looks < LOOKS && !socket.destroyed; looks += 1) {
      if (!(await this.isReadable(host))) return undefined;
      const { result } = this.machine.act(() => host.read(head, { peek: true, dontWait: true }));
      if (typeof result !== 'number' || result === 0) return undefined;
      const text = Buffer.from(head.subarray(0, result)).toString('latin1');
      if (LINE_END.test(text)) return endingIn(text);
      await sleep(LOOK_MS);
    }
    return undefined;
  }

  /** Waits for that. False: there is an error to be read first, which is left to others. */
  private isReadable(socket: HostSocket): Promise<boolean> {
    const polled = [{ socket, events: ['POLLIN'] }] as const;
    const call = this.machine.act(() => socket.process.poll(polled, PATIENCE_MS));
    return new Promise((resolve) =>
      call.whenSettled((found) => {
        const events = Array.isArray(found) ? (found[0] ?? []) : [];
        resolve(events.includes('POLLIN') && !events.includes('POLLERR'));
      }),
    );
  }
}

const endingIn = (head: string): EndingId | undefined => {
  const [, id = ''] = /^[A-Z]+ \/reset\/([a-z0-9-]+)[ ?]/.exec(head) ?? [];
  return isEnding(id) ? id : undefined;
};

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const { url = '/', headers, socket } = request;
  const [path = ''] = url.split('?');
  const name = path.replace(/^\/reset\//, '');
  request.resume();
  if (path.startsWith('/reset/') && isEnding(name)) return askAgain(url, response);
  if (path !== '/') return notFound(response);
  const visit: Visit = {
    client: endText(socket.remoteAddress, socket.remotePort),
    server: endText(socket.localAddress, socket.localPort),
    host: headers.host ?? endText(socket.localAddress, socket.localPort),
    language: /^\s*zh\b/i.test(headers['accept-language'] ?? '') ? 'zh' : 'en',
  };
  const isBrowser = headers.accept?.includes('text/html') === true;
  const kind = isBrowser ? 'text/html' : 'text/plain';
  response.setHeader('Content-Type', `${kind}; charset=utf-8`);
  response.end(isBrowser ? siteHtml(visit) : sitePlain(visit));
};

/** On a connection that was used before, the request is read already: it must come on another. */
const askAgain = (url: string, response: ServerResponse): void => {
  response.writeHead(307, { Location: url, Connection: 'close' }).end();
};

const notFound = (response: ServerResponse): void => {
  response
    .writeHead(404, { 'Content-Type': 'text/plain' })
    .end('nothing here; / tells what there is\n');
};

const MAPPED = /^::ffff:(?=\d)/;

/** `10.0.0.1:80`, `[fd00::1]:80` */
export const endText = (address = '', port = 0): string => {
  const plain = address.replace(MAPPED, '');
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
};
