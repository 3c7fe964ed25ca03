import type { Outcome, SocketOption } from '../causes/scenario.ts';
import type { Libc } from './libc.ts';
import { becomesReady } from './readiness.ts';
import { AF_INET, AF_INET6, portIn, socketAddress, UNSPECIFIED } from './socket-address.ts';
import {
  type PackedOption,
  packOption,
  SO_ERROR,
  SOL_SOCKET,
  TO_RUN_CUBIC,
  TO_VANISH,
  toBeginWith,
} from './socket-options.ts';

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0x800;
const IPPROTO = { tcp: 0, mptcp: 262 } as const;
const MSG_DONTWAIT = 0x40;
const HOWS = { SHUT_RD: 0, SHUT_WR: 1, SHUT_RDWR: 2 } as const;

/**
 * A TCP socket of the kernel. Its calls wait as a blocking socket's do, up to `withinMs`, and give
 * what the application is told: bytes, `ok`, `EOF`, an errno, or `nothing` where time ran out.
 * With `nonBlocking` they never wait. What a scenario cannot do without throws.
 */
export class RealSocket {
  nonBlocking = false;
  private readonly libc: Libc;
  private readonly descriptor: number;
  private open = true;

  private constructor(libc: Libc, descriptor: number) {
    this.libc = libc;
    this.descriptor = descriptor;
  }

  static make(libc: Libc, family: 4 | 6, protocol: keyof typeof IPPROTO = 'tcp'): RealSocket {
    const domain = family === 4 ? AF_INET : AF_INET6;
    const descriptor = libc.socket(domain, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO[protocol]);
    if (descriptor < 0) throw new Error(`socket: ${libc.errno()}`);
    const socket = new RealSocket(libc, descriptor);
    socket.set({ name: 'SO_REUSEADDR', value: 1 });
    socket.setPacked(TO_RUN_CUBIC);
    return socket;
  }

  /** The local port. */
  get port(): number {
    const address = new Uint8Array(28);
    this.must(
      'getsockname',
      this.libc.getsockname(this.descriptor, address, new Uint32Array([28])),
    );
    return portIn(address);
  }

  bind(address: string, port: number): void {
    const bytes = socketAddress(address, port);
    this.must('bind', this.libc.bind(this.descriptor, bytes, bytes.length));
  }

  listen(backlog: number): void {
    this.must('listen', this.libc.listen(this.descriptor, backlog));
  }

  set(option: SocketOption): void {
    if (option.name === 'O_NONBLOCK') this.nonBlocking = option.value !== 0;
    else this.setPacked(packOption(option));
  }

  /** The initial sequence number of the connect() to come (TCP_REPAIR). */
  beginWith(sequence: number): void {
    for (const option of toBeginWith(sequence)) this.setPacked(option);
  }

  /** Begins a connection and does not wait for it. */
  beginConnect(address: string, port: number): Outcome {
    const bytes = socketAddress(address, port);
    return this.told(this.libc.connect(this.descriptor, bytes, bytes.length), 'ok');
  }

  async connect(address: string, port: number, withinMs: number): Promise<Outcome> {
    const begun = this.beginConnect(address, port);
    return begun === 'EINPROGRESS' && !this.nonBlocking ? this.connected(withinMs) : begun;
  }

  /** What becomes of a connection that was begun. */
  async connected(withinMs: number): Promise<Outcome> {
    const ready = await becomesReady(this.libc, this.descriptor, 'writable', withinMs);
    return ready ? this.error() : 'nothing';
  }

  /** A socket, or what was told in place of one. */
  async accept(withinMs: number): Promise<RealSocket | Outcome> {
    const outcome = await this.patiently('readable', withinMs, () => {
      const child = this.libc.accept4(this.descriptor, null, null, SOCK_NONBLOCK);
      return this.told(child, child);
    });
    return typeof outcome === 'number' ? new RealSocket(this.libc, outcome) : outcome;
  }

  async read(length: number, withinMs: number): Promise<Outcome> {
    const into = new Uint8Array(length);
    return this.patiently('readable', withinMs, () => {
      const count = this.libc.recv(this.descriptor, into, length, MSG_DONTWAIT);
      return this.told(count, count === 0 ? 'EOF' : count);
    });
  }

  /** All of it, as a blocking write() does; what was written before an error counts. */
  async write(bytes: Uint8Array, withinMs: number): Promise<Outcome> {
    let written = 0;
    while (written < bytes.length) {
      const rest = bytes.subarray(written);
      const outcome = await this.patiently('writable', withinMs, () => {
        const count = this.libc.send(this.descriptor, rest, rest.length, MSG_DONTWAIT);
        return this.told(count, count);
      });
      if (typeof outcome !== 'number') return written > 0 ? written : outcome;
      written += outcome;
      if (this.nonBlocking) break;
    }
    return written;
  }

  shutdown(how: keyof typeof HOWS): Outcome {
    return this.told(this.libc.shutdown(this.descriptor, HOWS[how]), 'ok');
  }

  disconnect(): Outcome {
    return this.told(this.libc.connect(this.descriptor, UNSPECIFIED, UNSPECIFIED.length), 'ok');
  }

  /** SO_ERROR, which reading clears. */
  error(): Outcome {
    const value = new Uint8Array(4);
    const length = new Uint32Array([4]);
    const result = this.libc.getsockopt(this.descriptor, SOL_SOCKET, SO_ERROR, value, length);
    this.must('getsockopt', result);
    const number = new DataView(value.buffer).getInt32(0, true);
    return number === 0 ? 'ok' : this.libc.errnoName(number);
  }

  /** In a thread of its own, since SO_LINGER makes it wait. */
  async close(): Promise<Outcome> {
    if (!this.open) return 'EBADF';
    this.open = false;
    const result = await this.libc.closePatiently(this.descriptor);
    return result === 0 ? 'ok' : 'EIO';
  }

  /** In this thread: nothing else is done until it is closed. */
  closeNow(): Outcome {
    if (!this.open) return 'EBADF';
    this.open = false;
    return this.told(this.libc.close(this.descriptor), 'ok');
  }

  /** Ends without a segment, as by a power cut. */
  vanish(): void {
    if (!this.open) return;
    this.open = false;
    for (const { level, name, value } of TO_VANISH) {
      // A listener cannot be repaired, and sends nothing of itself either.
      this.libc.setsockopt(this.descriptor, level, name, value, value.length);
    }
    this.libc.close(this.descriptor);
  }

  private async patiently(
    direction: 'readable' | 'writable',
    withinMs: number,
    attempt: () => Outcome,
  ): Promise<Outcome> {
    const outcome = attempt();
    if (outcome !== 'EAGAIN' || this.nonBlocking) return outcome;
    const ready = await becomesReady(this.libc, this.descriptor, direction, withinMs);
    return ready ? attempt() : 'nothing';
  }

  private told(result: number, success: Outcome): Outcome {
    return result >= 0 ? success : this.libc.errno();
  }

  private must(call: string, result: number): void {
    if (result < 0) throw new Error(`${call}: ${this.libc.errno()}`);
  }

  private setPacked({ level, name, value }: PackedOption): void {
    const result = this.libc.setsockopt(this.descriptor, level, name, value, value.length);
    this.must(`setsockopt(${level}, ${name})`, result);
  }
}
