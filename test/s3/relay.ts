import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';

/** Stands between a client and a server on loopback: sees what is asked, and makes trouble. */
export class Relay {
  readonly port: number;
  /** What was asked for, each as `GET /path?query`, with the range in brackets. */
  readonly asked: string[] = [];
  /** Bytes that the server sent and that were passed on. */
  passed = 0;
  /** A connection breaks after so many bytes of the server's. */
  breakAfter = Infinity;
  /** A connection falls silent after so many bytes of the server's. */
  silentAfter = Infinity;
  /** Called when one broke or fell silent. */
  onTrouble: () => void = () => {};
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, to: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (client: Socket) =>
      this.#join(client, connect(to, '127.0.0.1')),
    );
  }

  static async to(port: number): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, port);
  }

  /** Speaks TLS to the client. */
  static async withTls(port: number, key: Buffer, cert: Buffer): Promise<Relay> {
    const server = createTlsServer({ key, cert }).listen(0, '127.0.0.1');
    server.on('tlsClientError', () => {});
    await once(server, 'listening');
    return new Relay(server, port);
  }

  /** How many are open. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
        this.#sockets.delete(socket);
      });
    }
    client.on('data', (piece: Buffer) => {
      this.#hear(piece.toString('latin1'));
      server.write(piece);
    });
    this.#passOn(server, client);
  }

  #passOn(server: Socket, client: Socket): void {
    let here = 0;
    client.on('drain', () => server.resume());
    server.on('data', (piece: Buffer) => {
      const room = Math.min(this.breakAfter, this.silentAfter) - here;
      const part = piece.subarray(0, room);
      here += part.length;
      this.passed += part.length;
      if (!client.write(part)) server.pause();
      if (part.length === piece.length) return;
      const isBreak = this.breakAfter <= this.silentAfter;
      server.removeAllListeners('data');
      this.onTrouble();
      if (isBreak) client.end();
      else server.pause();
    });
  }

  #hear(text: string): void {
    for (const [, line, head] of text.matchAll(
      /^((?:GET|HEAD) \S+) HTTP\/1\.1\r\n(.*?)\r\n\r\n/gms,
    )) {
      const [, range] = /^range: (\S+)$/im.exec(head!.replaceAll('\r', '')) ?? [];
      this.asked.push(range === undefined ? line! : `${line} [${range}]`);
    }
  }
}
