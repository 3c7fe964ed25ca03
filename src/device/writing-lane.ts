/** Packets that may be on the lane; a power of two. */
const SLOTS = 128;
const LAST_SLOT = SLOTS - 1;
/** Whoever found the lane full goes on at so few, so that threads do not wake each other every packet. */
const HALF = SLOTS / 2;
/** What no packet has: nothing follows. */
const GOODBYE = 0;

// Words of the control block. The first two only ever grow, modulo 2^32.
const PUT = 0;
const TAKEN = 1;
/** 1 while the thread that writes sleeps. */
const TAKER_SLEEPS = 2;
/** 1 while the thread that sends sleeps, until TAKEN has come to this. */
const PUTTER_SLEEPS = 3;
const WAKE_AT = 4;
/** 1 once somebody looks at the lane. */
const READY = 5;
const CONTROL_WORDS = 16;
const HEAD_BYTES = (CONTROL_WORDS + SLOTS) * 4;

/** Slots begin on lines of the processor's cache. */
const LINE = 64;

const laneMemory = (mostBytes: number): SharedArrayBuffer =>
  new SharedArrayBuffer(HEAD_BYTES + SLOTS * Math.ceil(mostBytes / LINE) * LINE);

/** Packets in order from one thread to another, in slots of one size: what both ends see. */
class Lane {
  protected readonly control: Int32Array;
  protected readonly lengths: Int32Array;
  protected readonly slots: readonly Uint8Array[];

  constructor(memory: SharedArrayBuffer) {
    const size = (memory.byteLength - HEAD_BYTES) / SLOTS;
    this.control = new Int32Array(memory, 0, CONTROL_WORDS);
    this.lengths = new Int32Array(memory, CONTROL_WORDS * 4, SLOTS);
    this.slots = Array.from(
      { length: SLOTS },
      (_, slot) => new Uint8Array(memory, HEAD_BYTES + slot * size, size),
    );
  }
}

/** The end of the thread that sends. */
export class LaneEntrance extends Lane {
  readonly memory: SharedArrayBuffer;
  private count = 0;

  /** For packets of up to so many bytes. */
  constructor(mostBytes: number) {
    const memory = laneMemory(mostBytes);
    super(memory);
    this.memory = memory;
  }

  /** Somebody is at the other end. */
  get isReady(): boolean {
    return Atomics.load(this.control, READY) === 1;
  }

  /** Everything that was put on it is written. */
  get isEmpty(): boolean {
    return this.waiting === 0;
  }

  /** On a full lane it takes its time, as write(2) itself would have. */
  put(bytes: Uint8Array, offset: number, length: number): void {
    const slot = this.freeSlot();
    this.slots[slot].set(bytes.subarray(offset, offset + length));
    this.handOver(slot, length);
  }

  /** Waits until everything is written, but no longer than that. */
  flush(mostMs: number): void {
    this.await(0, mostMs);
  }

  /** The other end goes home once it has written what is there. */
  end(): void {
    this.handOver(this.freeSlot(), GOODBYE);
  }

  private get waiting(): number {
    return (this.count - Atomics.load(this.control, TAKEN)) | 0;
  }

  private freeSlot(): number {
    if (this.waiting === SLOTS) this.await(HALF, Number.POSITIVE_INFINITY);
    return this.count & LAST_SLOT;
  }

  private handOver(slot: number, length: number): void {
    const { control } = this;
    this.lengths[slot] = length;
    this.count = (this.count + 1) | 0;
    Atomics.store(control, PUT, this.count);
    if (Atomics.load(control, TAKER_SLEEPS) === 1) Atomics.notify(control, PUT);
  }

  private await(most: number, mostMs: number): void {
    const { control } = this;
    Atomics.store(control, WAKE_AT, (this.count - most) | 0);
    Atomics.store(control, PUTTER_SLEEPS, 1);
    let taken = Atomics.load(control, TAKEN);
    while (((this.count - taken) | 0) > most) {
      if (Atomics.wait(control, TAKEN, taken, mostMs) === 'timed-out') break;
      taken = Atomics.load(control, TAKEN);
    }
    Atomics.store(control, PUTTER_SLEEPS, 0);
  }
}

/** The end of the thread that writes. */
export class LaneExit extends Lane {
  private count = 0;

  /** Hands over each packet as it comes, and sleeps meanwhile; returns when none will come any more. */
  takeAll(write: (bytes: Uint8Array, length: number) => void): void {
    Atomics.store(this.control, READY, 1);
    for (;;) {
      this.awaitPacket();
      const slot = this.count & LAST_SLOT;
      const length = this.lengths[slot];
      if (length !== GOODBYE) write(this.slots[slot], length);
      this.count = (this.count + 1) | 0;
      Atomics.store(this.control, TAKEN, this.count);
      this.wakePutter();
      if (length === GOODBYE) return;
    }
  }

  private awaitPacket(): void {
    const { control, count } = this;
    while (Atomics.load(control, PUT) === count) {
      Atomics.store(control, TAKER_SLEEPS, 1);
      Atomics.wait(control, PUT, count);
      Atomics.store(control, TAKER_SLEEPS, 0);
    }
  }

  private wakePutter(): void {
    const { control } = this;
    if (Atomics.load(control, PUTTER_SLEEPS) === 0) return;
    if (((this.count - Atomics.load(control, WAKE_AT)) | 0) >= 0) Atomics.notify(control, TAKEN);
  }
}
