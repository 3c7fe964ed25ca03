import type { Endpoint } from '../../wire/ip-address.ts';
import type { Libc } from '../libc.ts';
import { type PackedOption, packOption, SO_ERROR, SOL_SOCKET } from '../socket-options.ts';
import { AF_INET, AF_INET6, socketAddress, UNSPECIFIED } from '../socket-address.ts';
import type { Diagnosis } from './sock-diag.ts';
import type { TunNetwork } from './tun-network.ts';

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x8_0000;
const MSG_NOSIGNAL = 0x4000;
const HOWS = { SHUT_RD: 0, SHUT_WR: 1, SHUT_RDWR: 2 } as const;
const NONE = -1;
const SIOCINQ = 0x541b;

/** States that a FIN of the peer led to. */
const AFTER_FIN: ReadonlySet<Diagnosis['state']> = new Set(['CLOSE-WAIT', 'LAST-ACK', 'CLOSING']);

/** What a call told: `ok`, how many bytes, or an errno. */
type Told = number | 'ok' | `E${string}`;

/** The shortest timers of TCP are two ticks of the kernel's clock, TCP_TIMEOUT_MIN. */
const PATIENCE_MS = 1.5;
const REST_MS = 100;

/**
 * The kernel's TCP, one connection at a time: real sockets in a namespace of ours, segments through a
 * TUN device. A packet that is written there is dealt with before write(2) returns, and so is what it
 * makes leave. Calls are non-blocking; each tells what the kernel told.
 */
export class KernelSubject {
  private readonly libc: Libc;
  private readonly network: TunNetwork;
  private local: Endpoint | undefined = undefined;
  private remote: Endpoint | undefined = undefined;
  private listener = NONE;
  private socket = NONE;
  /** What was set so far: to write a sysctl takes as long as some segments. */
  private readonly configured = new Map<string, number>();
  private hadListener = false;
  private beganAtMs = 0;
  private readonly text = new Uint8Array(65_536);

  constructor(libc: Libc, network: TunNetwork) {
    this.libc = libc;
    this.network = network;
  }

  configure(name: string, value: number): void {
    if (this.configured.get(name) === value) return;
    this.network.set(name, value);
    this.configured.set(name, value);
  }

  begin({ local, remote }: { readonly local: Endpoint; readonly remote: Endpoint }): void {
    this.local = local;
    this.remote = remote;
    this.hadListener = false;
    this.beganAtMs = performance.now();
  }

  listen(): Told {
    this.listener = this.open();
    this.hadListener = true;
    return this.told(this.libc.listen(this.listener, 8));
  }

  connect(): Told {
    this.socket = this.open();
    const { remote } = this.ends();
    const address = socketAddress(remote.address.toString(), remote.port);
    return this.told(this.libc.connect(this.socket, address, address.length));
  }

  accept(): Told {
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    const child = this.libc.accept4(this.listener, null, null, flags);
    const told = this.told(child);
    if (told === 'ok') {
      this.drop(this.socket);
      this.socket = child;
    }
    return told;
  }

  read(length: number): Told {
    return this.count(this.libc.recv(this.socket, this.text, length, 0));
  }

  write(bytes: Uint8Array): Told {
    return this.count(this.libc.send(this.socket, bytes, bytes.length, MSG_NOSIGNAL));
  }

  shutdown(how: keyof typeof HOWS): Told {
    return this.told(this.libc.shutdown(this.socket, HOWS[how]));
  }

  disconnect(): Told {
    return this.told(this.libc.connect(this.socket, UNSPECIFIED, UNSPECIFIED.length));
  }

  close(): Told {
    const told = this.told(this.libc.close(this.socket));
    this.socket = NONE;
    return told;
  }

  closeListener(): Told {
    const told = this.told(this.libc.close(this.listener));
    this.listener = NONE;
    return told;
  }

  set(name: 'SO_LINGER' | 'TCP_NODELAY' | 'TCP_QUICKACK', value: number): Told {
    const packed = packOption({ name, value: name === 'SO_LINGER' ? [1, value] : value });
    return this.told(this.setPacked(packed));
  }

  error(): Told {
    const value = new Uint8Array(4);
    const length = new Uint32Array([4]);
    const result = this.libc.getsockopt(this.socket, SOL_SOCKET, SO_ERROR, value, length);
    if (result < 0) return this.libc.errno();
    const number = new DataView(value.buffer).getInt32(0, true);
    return number === 0 ? 'ok' : this.libc.errnoName(number);
  }

  arrives(packet: Uint8Array): void {
    this.network.send(packet);
  }

  departures(): readonly Uint8Array[] {
    return this.network.receive();
  }

  standing(): Diagnosis {
    const { local, remote } = this.ends();
    const { state, unread, unacknowledged } = this.network.diag.look(local, remote);
    // A request outlives its listener until its timer rings, though no segment meets it (tcp_v4_rcv).
    const isForgotten = state === 'SYN-RECEIVED' && this.hadListener && this.listener === NONE;
    return {
      state: isForgotten ? 'CLOSED' : state,
      unread: this.readable(state, unread),
      unacknowledged,
    };
  }

  /** A machine that is busy may have let timers run in between. */
  isLate(): boolean {
    return performance.now() - this.beganAtMs > PATIENCE_MS;
  }

  /** The kernel goes on with what it put off; nobody else in this process does. */
  rest(): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REST_MS);
  }

  /** Destroyed first, so that closing sends nothing and leaves no orphan. */
  end(): void {
    const { local, remote } = this.ends();
    const { state } = this.network.diag.look(local, remote);
    if (state !== 'CLOSED' && state !== 'LISTEN') this.network.diag.destroy(local, remote);
    this.drop(this.socket);
    this.drop(this.listener);
    this.socket = NONE;
    this.listener = NONE;
    this.network.receive();
  }

  /** Of the socket in hand SIOCINQ knows; of one that waits to be accepted its FIN is counted as well. */
  private readable(state: Diagnosis['state'], queued: number): number {
    if (this.socket === NONE) {
      if (this.listener === NONE) return 0;
      return Math.max(0, queued - Number(AFTER_FIN.has(state)));
    }
    const value = new Uint8Array(4);
    this.must('SIOCINQ', this.libc.ioctl(this.socket, SIOCINQ, value));
    return new DataView(value.buffer).getInt32(0, true);
  }

  private open(): number {
    const { local } = this.ends();
    const family = local.address.version === 4 ? AF_INET : AF_INET6;
    const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const socket = this.network.inside(() => this.libc.socket(family, type, 0));
    this.must('socket', socket);
    const reuse = packOption({ name: 'SO_REUSEADDR', value: 1 });
    this.must('setsockopt', this.setPacked(reuse, socket));
    const address = socketAddress(local.address.toString(), local.port);
    this.must('bind', this.libc.bind(socket, address, address.length));
    return socket;
  }

  private setPacked({ level, name, value }: PackedOption, socket = this.socket): number {
    return this.libc.setsockopt(socket, level, name, value, value.length);
  }

  private ends(): { readonly local: Endpoint; readonly remote: Endpoint } {
    const { local, remote } = this;
    if (local === undefined || remote === undefined) throw new Error('nothing was begun');
    return { local, remote };
  }

  private drop(descriptor: number): void {
    if (descriptor !== NONE) this.libc.close(descriptor);
  }

  private told(result: number): Told {
    return result < 0 ? this.libc.errno() : 'ok';
  }

  private count(result: number): Told {
    return result < 0 ? this.libc.errno() : result;
  }

  private must(call: string, result: number): void {
    if (result < 0) throw new Error(`${call}: ${this.libc.errno()}`);
  }
}
