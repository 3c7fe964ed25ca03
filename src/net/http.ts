import {
  Agent,
  type AgentOptions,
  type ClientRequestArgs,
  type Server as HttpServer,
} from 'node:http';
import type { Carrier } from './carrier.ts';
import type { CreateConnectionOptions } from './connect-arguments.ts';
import { Server } from './server.ts';
import type { Socket } from './socket.ts';

/**
 * A server that hands its connections to an HTTP server of Node's, which does not listen itself. To close
 * either closes both.
 */
class HttpCarrier extends Server {
  readonly #http: HttpServer;

  constructor(carrier: Carrier, http: HttpServer) {
    // As http.createServer has them.
    super(carrier, { allowHalfOpen: true, noDelay: true });
    this.#http = http;
    this.on('connection', (socket) => http.emit('connection', socket));
    // Its timers for slow headers and requests begin with that.
    this.on('listening', () => http.emit('listening'));
    http.once('close', () => {
      if (this.listening) super.close();
    });
  }

  /** Connections that are idle end at once, as with `http.Server`. */
  override close(callback?: (error?: Error) => void): this {
    super.close(callback);
    this.#http.close();
    return this;
  }
}

export const httpCarrier = (carrier: Carrier, http: HttpServer): Server =>
  new HttpCarrier(carrier, http);

/** An agent whose connections `connect` makes. */
class NetworkAgent extends Agent {
  readonly #connect: (options: CreateConnectionOptions) => Socket;

  constructor(connect: (options: CreateConnectionOptions) => Socket, options: AgentOptions) {
    super(options);
    this.#connect = connect;
  }

  override createConnection(options: ClientRequestArgs): Socket {
    return this.#connect(options as CreateConnectionOptions);
  }
}

export const newAgent = (
  connect: (options: CreateConnectionOptions) => Socket,
  options: AgentOptions,
): Agent => new NetworkAgent(connect, options);
