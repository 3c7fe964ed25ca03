import type { Agent, AgentOptions, Server as HttpServer } from 'node:http';
import type { Device } from '../device/device.ts';
import { openLoopback } from '../device/loopback.ts';
import { type Machine, openMachine } from '../device/machine.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { defaultSettings, type Settings } from '../tcp/sysctl.ts';
import { type IpAddress, parseAddress } from '../wire/ip-address.ts';
import { Carrier } from './carrier.ts';
import {
  type CreateConnectionOptions,
  normalized,
  type SocketOptions,
} from './connect-arguments.ts';
import { httpCarrier, newAgent } from './http.ts';
import { SentResets } from './reset-account.ts';
import { Server, type ServerOptions } from './server.ts';
import { Socket } from './socket.ts';

/** How a network is made; with nothing said it is a loopback of its own, without root or device. */
export interface NetworkOptions {
  /** What carries the packets; it belongs to the network from now on. */
  readonly device?: Device;
  /** The host's own, as `10.99.0.2` or `fd00::2`; with a loopback 127.0.0.1 and ::1. */
  readonly addresses?: readonly string[];
  /** Sysctls by their Linux names; the rest has Linux's defaults. */
  readonly settings?: Partial<Settings>;
  /** Told of each reset sent, received, challenged, ignored or withheld. */
  readonly onReset?: (event: ResetEvent) => void;
}

/** Where sockets and servers of one host live: what `node:net` is to the kernel. */
export interface Network {
  readonly machine: Machine;
  /** As `net.Socket`. */
  readonly Socket: (new (options?: SocketOptions) => Socket) &
    ((options?: SocketOptions) => Socket);
  /** As `net.Server`. */
  readonly Server: ServerMaker & ServerFunction;
  readonly createServer: ServerFunction;
  readonly connect: Connect;
  readonly createConnection: Connect;
  /** A server whose connections go to an HTTP server that does not listen itself; to close either closes both. */
  serve(http: HttpServer): Server;
  /** For `http.request`: makes its connections here. */
  agent(options?: AgentOptions): Agent;
  /** Tells why the device is gone, when it is; its sockets have failed with ENETDOWN by then. */
  onLost(listener: (why: Error) => void): void;
  /**
   * Ends all servers and sockets, lets their last bytes leave (for a second at most), and closes the device.
   */
  close(): Promise<void>;
}

type ConnectionListener = (socket: Socket) => void;

/** As `net.createServer`. */
interface ServerFunction {
  (listener?: ConnectionListener): Server;
  (options: ServerOptions, listener?: ConnectionListener): Server;
}

interface ServerMaker {
  new (listener?: ConnectionListener): Server;
  new (options: ServerOptions, listener?: ConnectionListener): Server;
}

/** As `net.connect`. */
interface Connect {
  (options: CreateConnectionOptions, listener?: () => void): Socket;
  (port: number | string, host: string, listener?: () => void): Socket;
  (port: number | string, listener?: () => void): Socket;
}

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'];

/** Throws a RangeError for an address that is none, and without an address for a device. */
export const openNetwork = (options: NetworkOptions = {}): Network => {
  const carrier = newCarrier(options);
  const create = constructorOf<Server>(Server, carrier);
  const connect = (...args: unknown[]): Socket => {
    const { options: given } = normalized(args);
    const socket = new Socket(carrier, given);
    if (given.timeout) socket.setTimeout(given.timeout);
    return socket.connect(...(args as [CreateConnectionOptions]));
  };
  return {
    machine: carrier.machine,
    Socket: constructorOf<Socket>(Socket, carrier) as unknown as Network['Socket'],
    Server: create as unknown as Network['Server'],
    createServer: create,
    connect,
    createConnection: connect,
    serve: (http) => httpCarrier(carrier, http),
    agent: (agentOptions = {}) => newAgent(connect, agentOptions),
    onLost: (listener) => carrier.machine.onLost(listener),
    close: () => closeAll(carrier),
  };
};

const newCarrier = ({ device, addresses, settings, onReset }: NetworkOptions): Carrier => {
  const own = addressesOf(addresses ?? (device === undefined ? LOOPBACK_ADDRESSES : []));
  const sent = new SentResets();
  const machine = openMachine(device ?? openLoopback(), {
    addresses: own,
    settings: { ...defaultSettings(), ...settings },
    onReset: (event) => {
      sent.note(event);
      onReset?.(event);
    },
  });
  return new Carrier(machine, own, sent, device === undefined);
};

const addressesOf = (texts: readonly string[]): IpAddress[] =>
  texts.map((text) => {
    const address = parseAddress(text);
    if (address === undefined) throw new RangeError(`'${text}' is no IP address`);
    return address;
  });

/** Of that network; to be called with `new` or, as with node:net, without. */
const constructorOf = <T extends object>(
  base: new (carrier: Carrier, ...args: never[]) => T,
  carrier: Carrier,
): ((...args: unknown[]) => T) => {
  function construct(...args: unknown[]): T {
    return Reflect.construct(base, [carrier, ...args], new.target ?? base) as T;
  }
  Object.defineProperty(construct, 'name', { value: base.name });
  construct.prototype = base.prototype;
  return construct;
};

const closeAll = async (carrier: Carrier): Promise<void> => {
  const ends = Array.from(
    carrier.open,
    (each) => new Promise<void>((resolve) => each.closeForGood(resolve)),
  );
  await Promise.all(ends);
  await carrier.leaving.whenGone();
  await carrier.machine.close();
};
