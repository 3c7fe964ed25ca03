/** Bytes of an Ethernet header: target, source, EtherType. */
export const ETHERNET_HEADER = 14;

/** The largest frame: an IP packet of 65,535 bytes behind a header with one VLAN tag. */
export const LARGEST_FRAME = 65_553;

/** Whom a link hands its frames to. */
export interface FrameReceiver {
  /** One Ethernet frame, 14 bytes at least; the bytes are the link's own and valid during the call only. */
  frame(bytes: Uint8Array, offset: number, length: number): void;
  /** All that waited has been handed over. */
  batchEnds(): void;
  /** The link is gone, or broke; nothing comes any more. */
  lost(why: Error): void;
}

/** What carries whole Ethernet frames, as a cable does. */
export interface FrameLink {
  /** For messages: `stream /run/passt.sock`. */
  readonly name: string;
  /** Once. What came before is kept. */
  start(receiver: FrameReceiver): void;
  /**
   * Sends a frame of a header of 14 bytes and the `length` bytes at `offset`, or drops it, as a network
   * does, if it has no room; both are the caller's again afterwards.
   */
  send(header: Uint8Array, bytes: Uint8Array, offset: number, length: number): void;
  /** Whether it keeps the process alive. */
  ref(): void;
  unref(): void;
  close(): Promise<void>;
}
