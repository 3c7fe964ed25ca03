import { once } from 'node:events';
import { MemoryCable } from '../device/memory-cable.ts';
import type { Settings } from '../tcp/sysctl.ts';
import { type Network, type NetworkOptions, openNetwork } from './network.ts';
import type { Server } from './server.ts';
import type { Socket } from './socket.ts';

const opened: Network[] = [];

/** A network that `closeNetworks` closes. */
export const network = (options: NetworkOptions = {}): Network => {
  const made = openNetwork(options);
  opened.push(made);
  return made;
};

/** For `afterEach`. */
export const closeNetworks = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
};

/** Two networks, 10.0.0.1 and 10.0.0.2, over a cable that can be cut. */
export const twoNetworks = (
  settings: Partial<Settings> = {},
): { cable: MemoryCable; near: Network; far: Network } => {
  const cable = new MemoryCable();
  const [nearEnd, farEnd] = cable.ends;
  const near = network({ device: nearEnd, addresses: ['10.0.0.1', 'fd00::1'], settings });
  const far = network({ device: farEnd, addresses: ['10.0.0.2', 'fd00::2'] });
  return { cable, near, far };
};

/** Its port, as soon as it listens. */
export const listening = async (server: Server, host?: string): Promise<number> => {
  server.listen(host === undefined ? { port: 0 } : { port: 0, host });
  await once(server, 'listening');
  return server.address()!.port;
};

export interface Connected {
  readonly server: Server;
  readonly client: Socket;
  /** The server's side. */
  readonly accepted: Socket;
}

type ServerOptions = Parameters<Network['createServer']>[0];

/** A connection on a loopback, both sides established. */
export const connected = async (
  options: ServerOptions = {},
  net = network(),
): Promise<Connected> => {
  const server = net.createServer(options);
  const port = await listening(server);
  const client = net.connect({ port, host: '127.0.0.1' });
  const [[accepted]] = (await Promise.all([
    once(server, 'connection'),
    once(client, 'connect'),
  ])) as [[Socket], unknown];
  return { server, client, accepted };
};

/** The error that it emits. */
export const failureOf = async (socket: Socket | Server): Promise<unknown> => {
  const [error] = (await once(socket, 'error')) as [unknown];
  return error;
};

/** All that comes until the end; unlike an iterator it leaves the socket as it is. */
export const bytesOf = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
    socket.resume();
  });

export const textOf = async (socket: Socket): Promise<string> => String(await bytesOf(socket));

/** The bytes 0 to 250 over and over, so that a byte out of place shows. */
export const pattern = (length: number): Buffer =>
  Buffer.alloc(length, Buffer.from(Array.from({ length: 251 }, (_, at) => at)));
