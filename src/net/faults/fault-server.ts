import type { Duplex } from 'node:stream';
import { chooser } from './choice.ts';
import { Doomed } from './doomed.ts';
import { Faults, type Place, peerName } from './faults.ts';
import type { Network, PeerServer, PeerSocket } from './network.ts';
import type { FaultOptions, Plan } from './plan.ts';
import { Relay } from './relay.ts';

/** Makes the server proper for a connection. */
export type Open = (onError: (error: Error) => void) => Duplex;

/** Accepts connections, relays them, and ends those that are chosen. */
export class FaultServer extends Faults {
  private readonly network: Network;
  private readonly open: Open;
  private readonly isChosen: () => boolean;
  private readonly server: PeerServer;
  private readonly clients = new Map<PeerSocket, Doomed | undefined>();

  constructor(network: Network, options: FaultOptions, plan: Plan, open: Open) {
    super(plan);
    this.network = network;
    this.open = open;
    this.isChosen = chooser(options);
    this.server = network.createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
      (client) => this.accept(client),
    );
  }

  /** Rejects with the error of `node:net`: EADDRINUSE, EACCES, EADDRNOTAVAIL, ENOTFOUND. */
  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let fail: (error: Error) => void = reject;
      this.server.on('error', (error) => fail(error));
      this.server.once('listening', () => {
        fail = (error) => void this.emit('error', error);
        resolve();
      });
      this.server.listen({ host, port });
    });
  }

  override breakNow(): void {
    for (const doomed of this.clients.values()) doomed?.breakNow();
  }

  override close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.once('close', resolve));
    this.server.close();
    for (const client of this.clients.keys()) client.destroy();
    return closed;
  }

  protected override get place(): Place {
    const place = this.server.address();
    if (place === null || typeof place === 'string') throw new Error('the server is closed');
    return place;
  }

  private accept(client: PeerSocket): void {
    this.connections += 1;
    const connection = this.connections;
    const name = peerName(client.remoteAddress, client.remotePort);
    const acceptedMs = performance.now();
    // Whatever it was, the connection closes, and the relay passes that on.
    client.on('error', () => undefined);
    client.on('close', () => this.clients.delete(client));
    const openServer = (): Duplex =>
      this.open((error) => this.emit('trouble', { connection, client: name, error }));
    if (!this.isChosen()) {
      this.clients.set(client, undefined);
      void new Relay(client, openServer());
      return;
    }
    const doomed = new Doomed({
      network: this.network,
      plan: this.plan,
      client,
      openServer,
      onBroken: (bytesFromClient) => {
        const { cause, moment, sees } = this.plan.way;
        const afterMs = performance.now() - acceptedMs;
        const bytes = { bytesFromClient, bytesToClient: client.bytesWritten };
        this.tell({ connection, client: name, cause, moment, afterMs, ...bytes, sees });
      },
    });
    this.clients.set(client, doomed);
  }
}
