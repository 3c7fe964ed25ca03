import { randomFillSync } from 'node:crypto';
import { Host, type HostOptions } from '../host/host.ts';
import type { Secret } from '../tcp/keyed-hash.ts';
import type { Device, Receiver } from './device.ts';

/** What of a host can be chosen; the rest comes from its device and this process. */
export type MachineOptions = Pick<
  HostOptions,
  'addresses' | 'settings' | 'onReset' | 'onSignal' | 'obituaries'
>;

/**
 * Bytes that may leave before what has come is looked at: acknowledgements set the pace, nobody else
 * waits long for his turn, and what is on the way stays in the processor's cache.
 */
const ROOM = 1 << 17;

/** Longest wait that setTimeout takes, in milliseconds; the deadline is looked at again after it. */
const LONGEST_WAIT = 2 ** 31 - 1;

/**
 * A host that runs on a device in real time. Packets come by themselves; every call of the sockets
 * API goes through `act`, so that the clock is right and timers are armed afterwards:
 *
 *     const machine = openMachine(device, { addresses: [parseAddress('10.99.0.2')!] });
 *     const socket = machine.act(() => machine.host.process('client').socket());
 *
 * What `whenSettled` calls back may make further calls as it is, since it runs within an `act`.
 */
export class Machine {
  readonly host: Host;
  readonly device: Device;
  /** Milliseconds, of `performance.now()`; stands still during an input. */
  private readonly clock = { now: performance.now() };
  private readonly losers: ((why: Error) => void)[] = [];
  /** What the host writes its packets into, and the same with the room before them. */
  private packets: Uint8Array = new Uint8Array(0);
  private outgoing: Uint8Array = this.packets;
  private depth = 0;
  private isInBatch = false;
  /** `goOn` is about to be called. */
  private goesOn = false;
  private timer: NodeJS.Timeout | undefined = undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private isRef = true;
  private lossReason: Error | undefined = undefined;
  private closing: Promise<void> | undefined = undefined;

  constructor(device: Device, options: MachineOptions) {
    this.device = device;
    this.host = new Host({
      ...options,
      secret: newSecret(),
      clock: this.clock,
      mtu: device.mtu,
      checksums: !device.offload.checksums,
      segmentation: device.offload.segmentation,
      room: ROOM,
      egress: (bytes, length, segmentSize) => this.leave(bytes, length, segmentSize),
    });
    device.start(this.receiver());
  }

  /** Why the device is gone; undefined while it is there. */
  get lost(): Error | undefined {
    return this.lossReason;
  }

  /** Runs calls of the sockets API at the present moment, and returns what `work` does. */
  act<T>(work: () => T): T {
    this.clock.now = performance.now();
    this.depth += 1;
    try {
      return work();
    } finally {
      this.depth -= 1;
      if (this.depth === 0 && !this.isInBatch) this.afterInput();
    }
  }

  /**
   * Told once, when the device is gone: every open socket has failed with ENETDOWN by then, told to
   * its owner, and so does every later connect and accept. At once, if it is gone already.
   */
  onLost(listener: (why: Error) => void): void {
    if (this.lossReason !== undefined) listener(this.lossReason);
    else this.losers.push(listener);
  }

  /** Whether device and timers keep the process alive, as at first they do. */
  ref(): void {
    this.isRef = true;
    this.device.ref();
    this.timer?.ref();
  }

  unref(): void {
    this.isRef = false;
    this.device.unref();
    this.timer?.unref();
  }

  /** Closes the device. Sockets that are still open fail with ENETDOWN; `onLost` is not called. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private end(): Promise<void> {
    try {
      this.act(() => this.host.linkLost(this.clock.now));
    } finally {
      this.disarm();
    }
    return this.device.close();
  }

  /** The host has room before its packets, which is the device's from here on. */
  private leave(bytes: Uint8Array, length: number, segmentSize: number): void {
    if (bytes !== this.packets) {
      this.packets = bytes;
      this.outgoing = new Uint8Array(bytes.buffer);
    }
    this.device.send(this.outgoing, bytes.byteOffset, length, segmentSize);
  }

  private receiver(): Receiver {
    return {
      packet: (bytes, offset, length, segmentSize = 0) => {
        if (this.closing !== undefined) return;
        if (!this.isInBatch) this.beginBatch();
        this.host.packetArrives(bytes, offset, length, this.clock.now, segmentSize);
      },
      batchEnds: () => {
        if (!this.isInBatch) return;
        this.isInBatch = false;
        this.act(() => {
          this.host.linkHasRoom(this.clock.now);
          this.host.batchEnds(this.clock.now);
        });
      },
      lost: (why) => this.lose(why),
    };
  }

  /** What comes in one batch comes at one moment. */
  private beginBatch(): void {
    this.isInBatch = true;
    this.clock.now = performance.now();
    this.host.batchBegins();
  }

  private lose(why: Error): void {
    if (this.lossReason !== undefined || this.closing !== undefined) return;
    this.lossReason = why;
    try {
      this.act(() => this.host.linkLost(this.clock.now));
    } finally {
      this.disarm();
      for (const listener of this.losers.splice(0)) listener(why);
    }
  }

  private afterInput(): void {
    if (this.closing !== undefined) return;
    this.arm();
    if (!this.host.isLinkAwaited || this.goesOn) return;
    this.goesOn = true;
    const soon = setImmediate(this.goOn);
    if (!this.isRef) soon.unref();
  }

  /** What has come meanwhile was looked at, so more may leave. */
  private readonly goOn = (): void => {
    this.goesOn = false;
    this.act(() => this.host.linkHasRoom(this.clock.now));
  };

  /** One timer for all that the host waits for; one that rings too early looks again. */
  private arm(): void {
    const atMs = this.host.deadline();
    if (atMs >= this.timerAtMs) return;
    clearTimeout(this.timer);
    this.timerAtMs = atMs;
    const waitMs = Math.ceil(Math.max(0, atMs - performance.now()));
    this.timer = setTimeout(this.ring, Math.min(waitMs, LONGEST_WAIT));
    if (!this.isRef) this.timer.unref();
  }

  private readonly ring = (): void => {
    this.timerAtMs = Number.POSITIVE_INFINITY;
    this.act(() => {
      if (this.host.deadline() <= this.clock.now) this.host.timeout(this.clock.now);
    });
  };

  private disarm(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.timerAtMs = Number.POSITIVE_INFINITY;
  }
}

/** Begins at once: the device is started. */
export const openMachine = (device: Device, options: MachineOptions): Machine =>
  new Machine(device, options);

const newSecret = (): Secret => {
  const [word0, word1] = randomFillSync(new Int32Array(2));
  return [word0, word1];
};
