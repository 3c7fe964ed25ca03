import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { duplexPair } from './duplex-pair.ts';
import { FaultServer, type Open } from './fault-server.ts';
import type { Faults } from './faults.ts';
import type { Device } from '../../device/device.ts';
import type { Network as OwnNetwork } from '../network.ts';
import { KERNEL } from './kernel-network.ts';
import { ourNetwork } from './our-network.ts';
import type { Network } from './network.ts';
import { Tap } from './tap.ts';
import { type FaultOptions, type Plan, planOf } from './plan.ts';
import { UnacceptingServer } from './unaccepting-server.ts';

export type { Broken, Faults, Trouble } from './faults.ts';
export { MOMENTS, type Moment } from './moment.ts';
export type { FaultOptions } from './plan.ts';
export { type Sees, type Way, WAYS } from './ways.ts';

/** Where it listens. */
interface Listening {
  /** An address of this host; 127.0.0.1 if left out. */
  readonly host?: string;
  /** 0, or left out: any free port. */
  readonly port?: number;
}

export interface ServerOptions extends FaultOptions, Listening {
  /**
   * Our TCP, of `resetlab/net`, in place of the kernel's: it makes causes that ordinary sockets cannot.
   * For some its device must be tapped: `openNetwork({ device: faults.tap(device), … })`.
   */
  readonly network?: OwnNetwork;
  /**
   * The server proper: is given each connection, as a stream, until its moment comes. If left out,
   * every request of HTTP is answered by `200 OK` and the text `ok`. An `http.Server` serves so:
   * `(stream) => httpServer.emit('connection', stream)`.
   */
  readonly serve?: (stream: Duplex) => unknown;
}

export interface ProxyOptions extends FaultOptions, Listening {
  readonly upstream: { readonly host?: string; readonly port: number };
}

/**
 * A server whose connections end by a named cause at a named moment, on ordinary sockets:
 *
 *     const server = await faults.server({ cause: 'linger-zero', moment: 'mid-response' });
 *     await assert.rejects(myClient.get(`http://127.0.0.1:${server.port}/`), { code: 'ECONNRESET' });
 *     await server.close();
 *
 * Throws a RangeError for a cause that has no such moment, or numbers out of range; rejects with the
 * error of `node:net` where it cannot listen.
 */
export const server = (options: ServerOptions): Promise<Faults> => {
  const { network, serve = answerOk() } = options;
  const plan = mustPlan(options, network);
  if (plan.way.making === 'proxy') throw new RangeError(`${plan.way.cause} needs faults.proxy`);
  return opened(
    network === undefined ? KERNEL : ourNetwork(network),
    options,
    plan,
    servedBy(serve),
  );
};

/** A device to be given to `openNetwork`, so that causes can be made which need raw control. */
export const tap = (device: Device): Device => new Tap(device);

/** The same in front of a server that exists: every byte passes, until the moment comes. */
export const proxy = (options: ProxyOptions): Promise<Faults> => {
  const plan = mustPlan(options);
  const { host = '127.0.0.1', port } = options.upstream;
  return opened(KERNEL, options, plan, (onError) => {
    const upstream = connect({ host, port, allowHalfOpen: true, noDelay: true });
    upstream.on('error', onError);
    return upstream;
  });
};

const mustPlan = (options: FaultOptions, network?: OwnNetwork): Plan => {
  const plan = planOf(options);
  if (typeof plan === 'string') throw new RangeError(plan);
  const { cause, making } = plan.way;
  if (making.startsWith('our TCP') && network === undefined) {
    throw new RangeError(`${cause} needs our TCP: give a network of resetlab/net`);
  }
  const isTapped = network?.machine.device instanceof Tap;
  const needsTap =
    making === 'our TCP, tapped' || (cause === 'connect-timeout' && network !== undefined);
  if (needsTap && !isTapped) {
    throw new RangeError(`${cause} needs a network on a tapped device: faults.tap(device)`);
  }
  return plan;
};

const opened = async (
  network: Network,
  options: FaultOptions & Listening,
  plan: Plan,
  open: Open,
): Promise<Faults> => {
  const { host = '127.0.0.1', port = 0 } = options;
  const faults =
    plan.way.moment === 'before-accept'
      ? new UnacceptingServer(network, plan)
      : new FaultServer(network, options, plan, open);
  await faults.listen(host, port);
  return faults;
};

const servedBy =
  (serve: (stream: Duplex) => unknown): Open =>
  (onError) => {
    const [near, far] = duplexPair();
    near.on('error', onError);
    // What the server proper does not handle is as if its process died: the pair breaks.
    far.on('error', () => undefined);
    serve(far);
    return near;
  };

const answerOk = (): ((stream: Duplex) => unknown) => {
  const http = createServer((request, response) => {
    request.resume();
    response.end('ok');
  });
  // Nothing but the fault is to end a connection.
  http.keepAliveTimeout = 0;
  return (stream) => http.emit('connection', stream);
};
