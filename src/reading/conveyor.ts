import { LARGEST_ORDINARY_FRAME } from '../capture/format.ts';
import type { Packet } from '../wire/packet.ts';

/** Trays of the belt: one is being filled while others are emptied. */
const TRAYS = 4;
/** A tray is handed over from this many bytes on; the rest is room for its last frame. */
const ENOUGH = 1 << 17;
const TRAY_BYTES = ENOUGH + LARGEST_ORDINARY_FRAME + 4096;
const TRAY_WORDS = TRAY_BYTES / 4;

// Words of the control block: the fill of each tray comes first.
const STOP = TRAYS;
const KIBIBYTES = TRAYS + 1;
const PACKETS = TRAYS + 2;
const CONTROL_WORDS = 16;
/** Fill of a tray that is empty; of one that is full, words in it plus one. */
const EMPTY = 0;
/** With the fill: no more trays follow in this pass. */
const LAST = 1 << 30;

/** Words of an ordinary segment on the belt: bits (never negative), and the two words of its hash. */
export const ORDINARY_WORDS = 3;
/** Words of a frame's head on the belt; its bytes follow, padded to whole words. */
export const FRAME_WORDS = 9;
/** First word of a frame on the belt. */
const FRAME = -1;

// Bits of an ordinary segment, above its flags.
export const FROM_UPPER = 1 << 8;
export const HAS_PAYLOAD = 1 << 9;
export const FROM_HIGHER_PORT = 1 << 10;

/** Memory for a belt between two threads. */
export const beltMemory = (): SharedArrayBuffer =>
  new SharedArrayBuffer(CONTROL_WORDS * 4 + TRAYS * TRAY_BYTES);

const controlOf = (memory: SharedArrayBuffer): Int32Array =>
  new Int32Array(memory, 0, CONTROL_WORDS);

const traysOf = (memory: SharedArrayBuffer): Int32Array[] =>
  Array.from(
    { length: TRAYS },
    (_, tray) => new Int32Array(memory, CONTROL_WORDS * 4 + tray * TRAY_BYTES, TRAY_WORDS),
  );

/** The end at which a thread that may sleep puts things on the belt. */
export class BeltLoader {
  readonly #control: Int32Array;
  readonly #trays: readonly Int32Array[];
  readonly #bytes: readonly Uint8Array[];
  #tray = 0;
  #words: Int32Array;
  #at = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#control = controlOf(memory);
    this.#trays = traysOf(memory);
    this.#bytes = this.#trays.map((t) => new Uint8Array(t.buffer, t.byteOffset, t.byteLength));
    this.#words = this.#trays[0]!;
  }

  /** The other end wants no more. */
  get stopped(): boolean {
    return Atomics.load(this.#control, STOP) !== 0;
  }

  /** How far the reading is, for whoever asks. */
  tell(bytes: number, packets: number): void {
    Atomics.store(this.#control, KIBIBYTES, Math.floor(bytes / 1024));
    Atomics.store(this.#control, PACKETS, packets);
  }

  ordinary(bits: number, bucket: number, tag: number): void {
    const at = this.#at;
    const words = this.#words;
    words[at] = bits;
    words[at + 1] = bucket;
    words[at + 2] = tag;
    this.#at = at + ORDINARY_WORDS;
    if (this.#at * 4 >= ENOUGH) this.handOver(false);
  }

  /** A decoded packet's frame; more than a megabyte of it is no frame of any link. */
  frame(packet: Packet, offset: number, length: number, original: number, linkType: number): void {
    const words = this.#words;
    const captured = Math.min(length, LARGEST_ORDINARY_FRAME);
    const at = this.#at;
    words[at] = FRAME;
    words[at + 1] = packet.frame;
    words[at + 2] = packet.seconds;
    words[at + 3] = packet.nanos;
    words[at + 4] = packet.interfaceId;
    words[at + 5] = packet.slType;
    words[at + 6] = linkType;
    words[at + 7] = captured;
    words[at + 8] = original;
    const into = this.#bytes[this.#tray]!;
    into.set(packet.bytes.subarray(offset, offset + captured), (at + FRAME_WORDS) * 4);
    this.#at = at + FRAME_WORDS + ((captured + 3) >>> 2);
    if (this.#at * 4 >= ENOUGH) this.handOver(false);
  }

  /** Hands the tray over as it is, and sleeps until the next one is empty. */
  handOver(isLast: boolean): void {
    const control = this.#control;
    Atomics.store(control, this.#tray, (this.#at + 1) | (isLast ? LAST : 0));
    Atomics.notify(control, this.#tray);
    this.#tray = (this.#tray + 1) % TRAYS;
    for (;;) {
      const fill = Atomics.load(control, this.#tray);
      if (fill === EMPTY) break;
      Atomics.wait(control, this.#tray, fill);
    }
    this.#words = this.#trays[this.#tray]!;
    this.#at = 0;
  }
}

/** A tray to be emptied. `words` and `bytes` are the same memory. */
export interface FullTray {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Words in it. */
  readonly filled: number;
  /** The last of a pass. */
  readonly isLast: boolean;
}

/** The end at which the belt is unloaded, tray after tray. */
export class BeltUnloader {
  readonly #control: Int32Array;
  readonly #trays: readonly Omit<FullTray, 'filled' | 'isLast'>[];
  #tray = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#control = controlOf(memory);
    this.#trays = traysOf(memory).map((words) => ({
      words,
      bytes: new Uint8Array(words.buffer, words.byteOffset, words.byteLength),
      view: new DataView(words.buffer, words.byteOffset, words.byteLength),
    }));
  }

  /** The next full tray; waits for it without holding up the event loop. */
  async next(): Promise<FullTray> {
    let fill = Atomics.load(this.#control, this.#tray);
    while (fill === EMPTY) {
      const { value } = Atomics.waitAsync(this.#control, this.#tray, EMPTY);
      await value;
      fill = Atomics.load(this.#control, this.#tray);
    }
    const filled = (fill & ~LAST) - 1;
    return { ...this.#trays[this.#tray]!, filled, isLast: (fill & LAST) !== 0 };
  }

  /** The tray was emptied. */
  giveBack(): void {
    Atomics.store(this.#control, this.#tray, EMPTY);
    Atomics.notify(this.#control, this.#tray);
    this.#tray = (this.#tray + 1) % TRAYS;
  }

  /** How far the other end has read in this pass: about so many bytes, and so many packets. */
  get bytesRead(): number {
    return Atomics.load(this.#control, KIBIBYTES) * 1024;
  }

  get packetsRead(): number {
    return Atomics.load(this.#control, PACKETS);
  }

  /** Asks the other end to come to an end. */
  stop(): void {
    Atomics.store(this.#control, STOP, 1);
  }

  /** The other end may go on, in another pass. */
  resume(): void {
    Atomics.store(this.#control, STOP, 0);
  }
}
