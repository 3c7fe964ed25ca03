import type { Receiver } from './device.ts';

/** Bytes of packets that may wait; what comes beyond is dropped, as a full queue of a network does. */
const MOST_BYTES = 1 << 24;
const FIRST_BYTES = 1 << 18;

/** Packets end to end in one piece of memory. */
class Load {
  bytes = new Uint8Array(FIRST_BYTES);
  used = 0;
  readonly lengths: number[] = [];

  add(packet: Uint8Array, offset: number, length: number): void {
    if (this.used + length > this.bytes.length) this.grow(this.used + length);
    this.bytes.set(packet.subarray(offset, offset + length), this.used);
    this.used += length;
    this.lengths.push(length);
  }

  clear(): void {
    this.used = 0;
    this.lengths.length = 0;
  }

  private grow(size: number): void {
    const bytes = new Uint8Array(2 ** (32 - Math.clz32(size - 1)));
    bytes.set(this.bytes.subarray(0, this.used));
    this.bytes = bytes;
  }
}

/**
 * Carries packets within this process: what is put on it during one turn of the event loop arrives
 * in the next, in order and as one batch. What a receiver sends meanwhile goes with the batch after.
 * While something is on its way the process lives.
 */
export class PacketBelt {
  private loading = new Load();
  private unloading = new Load();
  private immediate: NodeJS.Immediate | undefined = undefined;
  private receiver: Receiver | undefined = undefined;

  start(receiver: Receiver): void {
    this.receiver = receiver;
  }

  put(packet: Uint8Array, offset: number, length: number): void {
    if (this.receiver === undefined || this.loading.used + length > MOST_BYTES) return;
    this.loading.add(packet, offset, length);
    // Never unref()ed: the event loop would sleep over it.
    this.immediate ??= setImmediate(this.deliver);
  }

  /** What is on its way is lost. */
  stop(): void {
    this.receiver = undefined;
    clearImmediate(this.immediate);
    this.immediate = undefined;
  }

  private readonly deliver = (): void => {
    this.immediate = undefined;
    const load = this.loading;
    this.loading = this.unloading;
    this.unloading = load;
    let at = 0;
    for (const length of load.lengths) {
      this.receiver?.packet(load.bytes, at, length);
      at += length;
    }
    load.clear();
    this.receiver?.batchEnds();
  };
}
