import { Segment } from '../wire/segment.ts';
import { newCongestionControl } from './congestion/algorithms.ts';
import type { Connection } from './connection.ts';
import { PATH } from './bench.fixture.ts';
import { assertInvariants } from './invariants.ts';
import type { Outlet } from './outlet.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { connectionOf, newRequest, sendSynAck } from './request.ts';
import { segmentArrives } from './segment-arrives/segment-arrives.ts';
import { SendBuffer } from './send-buffer.ts';
import { defaultSettings, type Settings } from './sysctl.ts';
import { deadline, timeout } from './timeouts.ts';
import { open, receive, send } from './user-calls.ts';

/** What a link does with the n-th segment that one end sends: how long it takes, or that it is lost. */
type Fate = (segment: Segment, count: number) => number | 'lost';

interface Arrival {
  readonly atMs: number;
  readonly order: number;
  readonly target: 'client' | 'server';
  readonly segment: Segment;
}

interface PairOptions {
  readonly settle?: (settings: Settings) => void;
  readonly delayMs?: number;
  readonly sendCapacity?: number;
  readonly receiveCapacity?: number;
  readonly algorithm?: 'cubic' | 'reno';
}

/**
 * Two connections, the handshake behind them, and a link with a delay whose faults a test chooses.
 * Every segment is a copy; invariants are looked at after each input.
 */
export class Pair {
  readonly settings = defaultSettings();
  now = 1_000_000;
  client: Connection;
  server: Connection;
  readonly fates: { client: Fate; server: Fate };
  /** All segments sent since the handshake, by end. */
  readonly sent: { client: Segment[]; server: Segment[] } = { client: [], server: [] };
  private arrivals: Arrival[] = [];
  private order = 0;

  constructor({
    settle = () => {},
    delayMs = 10,
    sendCapacity = 1 << 20,
    receiveCapacity = 131_072,
    algorithm = 'reno',
  }: PairOptions = {}) {
    settle(this.settings);
    this.fates = { client: () => delayMs, server: () => delayMs };
    const parts = () => ({
      pathMtu: 1500,
      sendBuffer: new SendBuffer(sendCapacity),
      receiveBuffer: new ReceiveBuffer(receiveCapacity),
      congestion: newCongestionControl(algorithm),
    });
    const swapped = { local: PATH.remote, remote: PATH.local };
    const ids = { iss: -5000, tsOffset: 77 };
    this.client = open(
      swapped,
      this.settings,
      this.outlet('client'),
      { ...parts(), ...ids },
      this.now,
    );
    const syn = this.taken();
    this.now += delayMs;
    const space = receiveCapacity >>> 1;
    const request = newRequest(
      PATH,
      syn,
      this.settings,
      { iss: 0x7fff_f000, tsOffset: 5, pathMtu: 1500, receiveSpace: space },
      this.now,
    );
    sendSynAck(request, this.settings, this.outlet('server'), this.now);
    const synAck = this.taken();
    this.now += delayMs;
    segmentArrives(this.client, synAck, this.now);
    const ack = this.taken();
    this.now += delayMs;
    const outlet = this.outlet('server');
    this.server = connectionOf(request, ack, this.settings, outlet, parts(), this.now);
    this.sent.client.length = 0;
    this.sent.server.length = 0;
  }

  /** Lets time pass until `untilMs`, with all that arrives and expires by then; `each` after each step. */
  run(untilMs: number, each: () => void = () => {}): void {
    while (true) {
      const next = Math.min(
        this.arrivals[0]?.atMs ?? Infinity,
        deadline(this.client),
        deadline(this.server),
      );
      if (next > untilMs) break;
      this.now = Math.max(this.now, next);
      this.step();
      each();
    }
    this.now = Math.max(this.now, untilMs);
  }

  /** Sends `bytes` from client to server as fast as both let it; gives what arrived. */
  transfer(bytes: Uint8Array, mostMs: number): Uint8Array {
    const got = new Uint8Array(bytes.length);
    let written = 0;
    let read = 0;
    const pump = () => {
      const took = send(this.client, bytes, written, bytes.length - written, this.now);
      if (typeof took === 'number') written += took;
      const came = receive(this.server, got, read, got.length - read, this.now);
      if (typeof came === 'number') read += came;
    };
    pump();
    const endMs = this.now + mostMs;
    while (read < bytes.length) {
      const next = Math.min(
        this.arrivals[0]?.atMs ?? Infinity,
        deadline(this.client),
        deadline(this.server),
      );
      if (next > endMs) break;
      this.now = Math.max(this.now, next);
      this.step();
      pump();
    }
    return got.subarray(0, read);
  }

  private step(): void {
    const arrival = this.arrivals[0];
    if (arrival !== undefined && arrival.atMs <= this.now) {
      this.arrivals.shift();
      const c = this[arrival.target];
      if (c.state !== 'CLOSED' && c.state !== 'TIME-WAIT')
        segmentArrives(c, arrival.segment, this.now);
    }
    for (const c of [this.client, this.server]) {
      if (deadline(c) <= this.now) timeout(c, this.now);
      assertInvariants(c);
    }
  }

  private taken(): Segment {
    const arrival = this.arrivals.shift();
    if (arrival === undefined) throw new Error('nothing was sent');
    return arrival.segment;
  }

  private outlet(from: 'client' | 'server'): Outlet {
    return {
      transmit: (segment) => this.carry(from, segment),
      transmitReset: () => {
        throw new Error('no reset is expected here');
      },
      report: () => {},
    };
  }

  private carry(from: 'client' | 'server', segment: Segment): void {
    const copy = Object.assign(new Segment(), segment, { sack: segment.sack.slice() });
    copy.payload = textOf(segment);
    copy.payloadOffset = 0;
    this.sent[from].push(copy);
    const fate = this.fates?.[from](copy, this.sent[from].length) ?? 0;
    if (fate === 'lost') return;
    const target = from === 'client' ? 'server' : 'client';
    const arrival = {
      atMs: this.now + fate,
      order: (this.order += 1),
      target,
      segment: copy,
    } as const;
    this.arrivals.push(arrival);
    this.arrivals.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  }
}

/** The text of a segment, which may lie around the end of a ring. */
export const textOf = ({ payload, payloadOffset, payloadLength }: Segment): Uint8Array =>
  Uint8Array.from(
    { length: payloadLength },
    (_, at) => payload[(payloadOffset + at) % payload.length] ?? 0,
  );
