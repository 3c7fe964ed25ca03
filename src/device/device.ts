/** What a device does in place of its host (as virtio and TSO have it). */
export interface Offload {
  /** TCP's checksums are made and trusted by the device; the host leaves them partial. */
  readonly checksums: boolean;
  /** Bytes of IP packet that it takes, and may hand over, to be cut into segments; 0: it cuts none. */
  readonly segmentation: number;
}

/** Neither of it. */
export const NO_OFFLOAD: Offload = { checksums: false, segmentation: 0 };

/** Whom a device hands its packets to. */
export interface Receiver {
  /**
   * One IP packet; the bytes are the device's own and valid during the call only. `segmentSize`: bytes
   * of text of the segments that it was put together from; 0 or left out: it came as it is.
   */
  packet(bytes: Uint8Array, offset: number, length: number, segmentSize?: number): void;
  /**
   * All that waited has been handed over: acknowledgements may leave now. Every packet must be followed
   * by one of these before the device waits again; some hundred packets may share one.
   */
  batchEnds(): void;
  /** The device is gone, or broke; nothing comes any more. At most once, and not after `close`. */
  lost(why: Error): void;
}

/** What carries whole IP packets between a host of ours and others. */
export interface Device {
  /** For messages: `tun rl0`, `stream /run/passt.sock`. */
  readonly name: string;
  /** Bytes of IP packet. */
  readonly mtu: number;
  readonly offload: Offload;
  /** Once. What comes before is dropped. Packets come from the event loop, never during a call of the device. */
  start(receiver: Receiver): void;
  /**
   * Sends the IP packet of `length` bytes at `offset`, or drops it, as a network does, if it has no
   * room; the bytes are the caller's again afterwards. Those before `offset` are the device's to write
   * a header of its own into. `segmentSize`: bytes of text that each of the segments gets into which
   * the device cuts it; 0: it goes as it is.
   */
  send(bytes: Uint8Array, offset: number, length: number, segmentSize: number): void;
  /** Whether it keeps the process alive, which it does at first. */
  ref(): void;
  unref(): void;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}
