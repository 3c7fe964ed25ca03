import { availableParallelism } from 'node:os';
import { type Libc, loadLibc, type Watch } from '../live/libc.ts';
import { insideNamespace } from '../live/namespaces.ts';
import { openTun, type Tun } from '../live/tun.ts';
import { viewOf } from '../wire/byte-view.ts';
import type { Device, Offload, Receiver } from './device.ts';
import { NO_OFFLOAD } from './device.ts';
import { isIntactTcp } from './tcp-checksum.ts';
import { HEADER_LENGTH, segmentSizeIn, vouchesForChecksum, writeHeader } from './virtio-header.ts';
import { Writer } from './writer.ts';

export interface TunDeviceOptions {
  /** Bytes of IP packet, 68 to 65535; what the device has if left out. */
  readonly mtu?: number;
  /** False: checksums and segments are made here, whatever the kernel could do for us. */
  readonly offload?: boolean;
  /** The network namespace, by its name in `ip netns`; this process's own if left out. */
  readonly namespace?: string;
}

/** The largest IP packet. */
const LARGEST = 65_535;
/** Bytes before a packet on arrival, so that its words are aligned behind the header. */
const BEFORE = 12;
/** Packets that are taken before others have their turn. */
const MOST_AT_ONCE = 128;
/** Turns of the event loop that it stays awake for after the last packet. */
const IDLE_TURNS = 20;
/**
 * Packets that are written at once, after anything was read. Of a longer row another thread writes
 * the rest, if there is a core for it: few wait longer for it than the thread takes to wake up.
 */
const FIRST_OF_ROW = 16;

/** Reads that fail before the device is held to be gone: one that is, fails for good. */
const ATTEMPTS = 3;

/**
 * Attaches to a TUN device of that name (made, if there is none) on Linux. It gets its address, and is
 * set up, by ip(8). Rejects with one line that says what is missing: the package koffi, CAP_NET_ADMIN,
 * the module, the namespace.
 */
export const openTunDevice = async (
  name: string,
  options: TunDeviceOptions = {},
): Promise<Device> => {
  const { namespace, offload = true, mtu } = options;
  const libc = await loadLibc();
  if (typeof libc === 'string') throw new Error(libc);
  const open = (): Tun => openTun(libc, name, { offload, ...(mtu !== undefined && { mtu }) });
  const tun = namespace === undefined ? open() : insideNamespace(libc, namespace, open);
  return new TunDevice(libc, name, tun);
};

class TunDevice implements Device {
  readonly name: string;
  readonly mtu: number;
  readonly offload: Offload;
  private readonly libc: Libc;
  /** -1 once closed. */
  private descriptor: number;
  private receiver: Receiver | undefined = undefined;
  private watch: Watch | undefined = undefined;
  private isRef = true;
  private isAwake = false;
  private idleTurns = 0;
  /** Packets written since anything was read. */
  private row = 0;
  /** Writes long rows; undefined until there is one, and where it would be of no use. */
  private writer: Writer | undefined = undefined;
  private mayShare: boolean;
  private written: Promise<void> = Promise.resolve();
  private readonly arriving = new Uint8Array(BEFORE + LARGEST);
  /** Where a read begins: with the header, if there is one. */
  private readonly target: Uint8Array;
  /** What was written from last: an array, from where on, and that as an array of its own. */
  private sourceBytes: Uint8Array = this.arriving;
  private sourceOffset = 0;
  private source: Uint8Array = this.arriving;
  private readonly leaving = new Uint8Array(HEADER_LENGTH + LARGEST);

  constructor(libc: Libc, name: string, tun: Tun) {
    this.libc = libc;
    this.name = `tun ${name}`;
    this.mtu = tun.mtu;
    this.descriptor = tun.descriptor;
    this.offload = tun.offload ? { checksums: true, segmentation: LARGEST } : NO_OFFLOAD;
    // The kernel's own segments are few: nothing is gained.
    this.mayShare = !tun.offload && availableParallelism() > 1;
    this.target = this.arriving.subarray(tun.offload ? BEFORE - HEADER_LENGTH : BEFORE);
  }

  start(receiver: Receiver): void {
    if (this.receiver !== undefined) throw new Error(`${this.name} is started already`);
    this.receiver = receiver;
    this.watch = this.libc.poll(this.descriptor, { readable: true }, this.wake);
    if (!this.isRef) this.watch.unref();
  }

  send(bytes: Uint8Array, offset: number, length: number, segmentSize: number): void {
    if (this.descriptor < 0) return;
    if (!this.offload.checksums) return this.write(bytes, offset, length);
    let out = bytes;
    let start = offset - HEADER_LENGTH;
    if (start < 0) {
      out = this.leaving;
      start = 0;
      out.set(bytes.subarray(offset, offset + length), HEADER_LENGTH);
    }
    writeHeader(viewOf(out), out.byteOffset + start, segmentSize);
    this.write(out, start, HEADER_LENGTH + length);
  }

  ref(): void {
    this.isRef = true;
    this.watch?.ref();
  }

  unref(): void {
    this.isRef = false;
    this.watch?.unref();
  }

  /** Resolves when what was sent is written. */
  close(): Promise<void> {
    this.letGo();
    return this.written;
  }

  private letGo(): void {
    if (this.descriptor < 0) return;
    this.watch?.close();
    // koffi crashes on a handle that is used after its end.
    this.watch = undefined;
    this.libc.close(this.descriptor);
    this.descriptor = -1;
    if (this.writer !== undefined) this.written = this.writer.end();
  }

  /** Called outside of Node's own callbacks, so the work waits for one, which comes at once. */
  private readonly wake = (): void => {
    if (this.isAwake || this.descriptor < 0) return;
    this.isAwake = true;
    const turn = setImmediate(this.turn);
    if (!this.isRef) turn.unref();
  };

  private readonly turn = (): void => {
    this.isAwake = false;
    let taken = 0;
    try {
      taken = this.drain();
    } finally {
      this.idleTurns = taken > 0 ? 0 : this.idleTurns + 1;
      if (this.idleTurns < IDLE_TURNS) this.wake();
    }
  };

  /** How many packets were there. Whatever an application throws meanwhile, the batch is ended. */
  private drain(): number {
    let taken = 0;
    try {
      while (taken < MOST_AT_ONCE && this.takeNext()) taken += 1;
    } finally {
      if (taken > 0) {
        this.row = 0;
        this.receiver?.batchEnds();
      }
    }
    return taken;
  }

  private takeNext(): boolean {
    const { libc, target } = this;
    for (let attempt = 1; this.descriptor >= 0; attempt += 1) {
      const length = libc.read(this.descriptor, target, target.length);
      if (length >= 0) {
        this.take(length);
        return true;
      }
      const errno = libc.errno();
      if (errno === 'EAGAIN') return false;
      if (attempt === ATTEMPTS) this.lose(`read ${errno}`);
    }
    return false;
  }

  private take(length: number): void {
    const { arriving, receiver } = this;
    if (!this.offload.checksums) return receiver?.packet(arriving, BEFORE, length);
    const packetLength = length - HEADER_LENGTH;
    const view = viewOf(arriving);
    const header = BEFORE - HEADER_LENGTH;
    if (!vouchesForChecksum(view, header) && !isIntactTcp(arriving, BEFORE, packetLength)) return;
    receiver?.packet(arriving, BEFORE, packetLength, segmentSizeIn(view, header));
  }

  /**
   * A packet that cannot be written (no memory, the interface is down) is lost on the way; whether the
   * device is gone altogether, the next read tells.
   */
  private write(bytes: Uint8Array, offset: number, length: number): void {
    this.row += 1;
    if (this.isShared()) return this.writer?.put(bytes, offset, length);
    if (this.libc.write(this.descriptor, this.from(bytes, offset), length) < 0) this.wake();
  }

  /** Whether the other thread writes the next packet: it keeps their order, once it has begun. */
  private isShared(): boolean {
    if (this.writer === undefined) {
      if (this.mayShare && this.row > FIRST_OF_ROW) this.startWriter();
      return false;
    }
    return !this.writer.isIdle || (this.row > FIRST_OF_ROW && this.writer.isReady);
  }

  /** Without descriptors to spare all is written here. */
  private startWriter(): void {
    const descriptor = this.libc.dup(this.descriptor);
    this.mayShare = descriptor >= 0;
    if (!this.mayShare) return;
    this.writer = new Writer(descriptor, this.mtu, this.wake, (error) => {
      this.lose(`its writing thread failed: ${error.message}`);
    });
  }

  /** The array from `offset` on. A host's packets all begin at the same place. */
  private from(bytes: Uint8Array, offset: number): Uint8Array {
    if (bytes !== this.sourceBytes || offset !== this.sourceOffset) {
      this.sourceBytes = bytes;
      this.sourceOffset = offset;
      this.source = bytes.subarray(offset);
    }
    return this.source;
  }

  private lose(why: string): void {
    if (this.descriptor < 0) return;
    this.letGo();
    this.receiver?.lost(new Error(`${this.name} is gone: ${why}`));
  }
}
