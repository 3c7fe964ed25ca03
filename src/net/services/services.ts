import type { Network } from '../network.ts';
import type { Server } from '../server.ts';
import type { Socket } from '../socket.ts';
import type { EndingId } from './endings.ts';
import { chargen, discard, echo } from './simple-services.ts';
import { endText, WebService } from './web-service.ts';

export type ServiceName = 'echo' | 'discard' | 'chargen' | 'http';

/** Their well-known ports. */
export const SERVICE_PORTS: Readonly<Record<ServiceName, number>> = {
  echo: 7,
  discard: 9,
  chargen: 19,
  http: 80,
};

/** One connection of a service. */
export interface Life {
  /** Counted from 1, over all services. */
  readonly connection: number;
  readonly service: ServiceName;
  /** `10.99.0.1:40000` */
  readonly client: string;
  /** `10.99.0.2:80` */
  readonly server: string;
}

/** The same when it is over. */
export interface EndedLife extends Life {
  /** Bytes that the service read and wrote. */
  readonly received: number;
  readonly sent: number;
  readonly durationMs: number;
  /** Of the error that ended it, as `ECONNRESET`; undefined: none did. */
  readonly error: string | undefined;
  /** The cause by which its client asked to be ended. */
  readonly ending: EndingId | undefined;
}

export interface ServiceEvents {
  opened(life: Life): void;
  closed(life: EndedLife): void;
}

/** Small servers on a network of our TCP. They end with the network. */
export class Services {
  private readonly events: ServiceEvents;
  private readonly network: Network;
  private readonly web: WebService;
  private connections = 0;

  constructor(network: Network, events: ServiceEvents) {
    this.network = network;
    this.events = events;
    this.web = new WebService(network.machine);
  }

  /** Rejects with the error of `listen`, as EADDRINUSE. */
  open(name: ServiceName, port: number): Promise<void> {
    const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
    const server = this.network.createServer(options, (socket) => {
      this.follow(name, socket);
      this.start(name, socket);
    });
    return listening(server, port);
  }

  close(): void {
    this.web.close();
  }

  private start(name: ServiceName, socket: Socket): void {
    if (name === 'http') void this.web.serve(socket);
    else if (name === 'echo') echo(socket);
    else if (name === 'discard') discard(socket);
    else chargen(socket);
  }

  private follow(service: ServiceName, socket: Socket): void {
    this.connections += 1;
    const life: Life = {
      connection: this.connections,
      service,
      client: endText(socket.remoteAddress, socket.remotePort),
      server: endText(socket.localAddress, socket.localPort),
    };
    const begunMs = performance.now();
    let error: string | undefined = undefined;
    this.events.opened(life);
    socket.on('error', (reason: NodeJS.ErrnoException) => {
      error = reason.code ?? reason.message;
    });
    socket.on('close', () => {
      const { bytesRead: received, bytesWritten: sent } = socket;
      const durationMs = performance.now() - begunMs;
      const ending = this.web.endingOf(socket);
      this.events.closed({ ...life, received, sent, durationMs, error, ending });
    });
  }
}

/** An error after that is the device's end (accept ENETDOWN), of which the network tells. */
const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen({ port }, resolve);
  });
