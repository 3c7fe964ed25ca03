import type { ResetEvent, ResetSent } from '../tcp/reset-event.ts';
import { defaultSettings, type Settings } from '../tcp/sysctl.ts';
import { Datagram, readDatagram } from '../wire/datagram.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { Segment } from '../wire/segment.ts';
import { readSegment } from '../wire/segment-in.ts';
import type { Call } from './call.ts';
import { Host, type HostOptions } from './host.ts';
import type { Process, Signal } from './process.ts';
import type { Socket } from './socket.ts';

/** Two hosts back to back over a link that delays, in a time of its own. */

export type Side = 'client' | 'server';

/** A segment on its way; `drop` decides by it. */
export interface OnTheWay {
  readonly from: Side;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  /** From 1, of all that side has sent. */
  readonly number: number;
}

interface Flight {
  readonly at: number;
  readonly to: Side;
  readonly bytes: Uint8Array;
}

export const CLIENT = '10.0.0.1';
export const SERVER = '10.0.0.2';
export const PORT = 8080;

export class TwoHosts {
  readonly clock = { now: 1000 };
  readonly events: { readonly who: Side; readonly event: ResetEvent }[] = [];
  readonly segments: OnTheWay[] = [];
  readonly signals: { readonly process: string; readonly signal: Signal }[] = [];
  readonly settings: Record<Side, Settings> = {
    client: defaultSettings(),
    server: defaultSettings(),
  };
  drop: (segment: OnTheWay) => boolean = () => false;
  hosts: Record<Side, Host>;
  private readonly flights: Flight[] = [];
  private readonly delayMs: number;
  private sent = { client: 0, server: 0 };

  constructor({ delayMs = 1, ipv6 = false }: { delayMs?: number; ipv6?: boolean } = {}) {
    this.delayMs = delayMs;
    const [client, server] = ipv6 ? (['fd00::1', 'fd00::2'] as const) : ([CLIENT, SERVER] as const);
    this.hosts = {
      client: this.host('client', client),
      server: this.host('server', server),
    };
  }

  host(side: Side, address: string, more: Partial<HostOptions> = {}): Host {
    return new Host({
      addresses: [parseAddress(address)!],
      settings: this.settings[side],
      secret: side === 'client' ? [1, 2] : [3, 4],
      clock: this.clock,
      egress: (bytes, length) => this.carry(side, bytes.slice(0, length), more.checksums !== false),
      onReset: (event) => void this.events.push({ who: side, event }),
      onSignal: (process: Process, signal) =>
        void this.signals.push({ process: process.name, signal }),
      ...more,
    });
  }

  /** Hands bytes to a host as they are, now. */
  inject(to: Side, bytes: Uint8Array): void {
    this.hosts[to].packetArrives(bytes, 0, bytes.length, this.clock.now);
  }

  /** Lets time pass, and all that happens in it happen. */
  run(ms: number): void {
    const end = this.clock.now + ms;
    for (;;) {
      const next = this.next();
      if (next > end) break;
      this.clock.now = Math.max(next, this.clock.now);
      this.step();
    }
    this.clock.now = end;
  }

  /** The causes of all resets that a side has sent. */
  causes(side: Side): string[] {
    return this.resets(side).map(({ cause, linuxReason }) => `${cause} ${linuxReason}`);
  }

  resets(side: Side): ResetSent[] {
    return this.events
      .filter(({ who, event }) => who === side && event.kind === 'sent')
      .map(({ event }) => event as ResetSent);
  }

  private next(): number {
    const { client, server } = this.hosts;
    return Math.min(this.flights[0]?.at ?? Infinity, client.deadline(), server.deadline());
  }

  private step(): void {
    const { now } = this.clock;
    const flight = this.flights[0];
    if (flight !== undefined && flight.at <= now) {
      this.flights.shift();
      this.inject(flight.to, flight.bytes);
      return;
    }
    for (const host of [this.hosts.client, this.hosts.server]) {
      if (host.deadline() <= now) host.timeout(now);
    }
  }

  private carry(from: Side, bytes: Uint8Array, verify: boolean): void {
    this.sent[from] += 1;
    const seen = seenOf(from, this.sent[from], bytes, verify);
    if (seen !== undefined) {
      this.segments.push(seen);
      if (this.drop(seen)) return;
    }
    const to = from === 'client' ? 'server' : 'client';
    this.flights.push({ at: this.clock.now + this.delayMs, to, bytes });
  }
}

const seenOf = (
  from: Side,
  number: number,
  bytes: Uint8Array,
  verify: boolean,
): OnTheWay | undefined => {
  const datagram = new Datagram();
  const segment = new Segment();
  if (!readDatagram(bytes, 0, bytes.length, datagram)) throw new Error('not an IP packet');
  if (datagram.protocol !== 6) return undefined;
  if (!readSegment(datagram, segment, verify)) throw new Error('a wrong TCP checksum');
  const { flags, seq, ack, payloadLength: length } = segment;
  return { from, flags, seq, ack, length, number };
};

/** What a call came to: a value, `read ECONNRESET`, or `pending`. */
export const told = (call: Call<unknown>): unknown => {
  if (!call.settled) return 'pending';
  return call.result instanceof Error ? call.result.message : call.result;
};

/** The value of a call that must have succeeded. */
export const valueOf = <T>(call: Call<T>): T => {
  if (!call.settled) throw new Error('pending');
  if (call.result instanceof Error) throw call.result;
  return call.result as T;
};

export interface Ends {
  readonly net: TwoHosts;
  readonly client: Socket;
  readonly server: Socket;
  readonly listener: Socket;
}

/** An established connection of a client's and a server's process; non-blocking sockets. */
export const connected = (net = new TwoHosts(), serverAddress = SERVER): Ends => {
  const listener = net.hosts.server
    .process('server')
    .socket(serverAddress.includes(':') ? 'inet6' : 'inet');
  valueOf(listener.setsockopt('SO_REUSEADDR', 1));
  valueOf(listener.bind({ address: serverAddress, port: PORT }));
  valueOf(listener.listen());
  const client = net.hosts.client.process('client').socket(listener.family);
  const connecting = client.connect({ address: serverAddress, port: PORT });
  net.run(500);
  valueOf(connecting);
  const server = valueOf(listener.accept());
  client.nonBlocking = true;
  server.nonBlocking = true;
  return { net, client, server, listener };
};

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads once, up to 64 KiB, as text; or what the call failed with. */
export const readText = (socket: Socket): unknown => {
  const buffer = new Uint8Array(65_536);
  const call = socket.read(buffer);
  if (typeof call.result !== 'number') return told(call);
  return call.result === 0 ? 'EOF' : new TextDecoder().decode(buffer.subarray(0, call.result));
};
