import type { Device, Offload, Receiver } from '../../src/device/device.ts';

/** A packet on its way, in memory of its own. */
export interface Packet {
  readonly bytes: Uint8Array;
  readonly segmentSize: number;
}

/** What becomes of packets: `pass` lets one go on, now or later. */
export type Fate = (packet: Packet, pass: (packet: Packet) => void) => void;

/** A network between a host and its device: each direction has a fate of its own. */
export class Between implements Device {
  readonly name: string;
  readonly mtu: number;
  readonly offload: Offload;
  private readonly device: Device;
  private readonly arriving: Fate;
  private readonly leaving: Fate;
  private receiver: Receiver | undefined = undefined;
  private isInBatch = false;

  constructor(device: Device, fates: { readonly arriving: Fate; readonly leaving: Fate }) {
    this.device = device;
    this.name = `rough ${device.name}`;
    this.mtu = device.mtu;
    this.offload = device.offload;
    this.arriving = fates.arriving;
    this.leaving = fates.leaving;
  }

  start(receiver: Receiver): void {
    this.receiver = receiver;
    this.device.start({
      packet: (bytes, offset, length, segmentSize = 0) => {
        this.isInBatch = true;
        this.arriving({ bytes: bytes.slice(offset, offset + length), segmentSize }, this.arrive);
      },
      batchEnds: () => {
        this.isInBatch = false;
        receiver.batchEnds();
      },
      lost: (why) => receiver.lost(why),
    });
  }

  send(bytes: Uint8Array, offset: number, length: number, segmentSize: number): void {
    this.leaving({ bytes: bytes.slice(offset, offset + length), segmentSize }, this.leave);
  }

  ref(): void {
    this.device.ref();
  }

  unref(): void {
    this.device.unref();
  }

  close(): Promise<void> {
    this.receiver = undefined;
    return this.device.close();
  }

  /** One that was held back is a batch by itself. */
  private readonly arrive = ({ bytes, segmentSize }: Packet): void => {
    this.receiver?.packet(bytes, 0, bytes.length, segmentSize);
    if (!this.isInBatch) this.receiver?.batchEnds();
  };

  private readonly leave = ({ bytes, segmentSize }: Packet): void => {
    this.device.send(bytes, 0, bytes.length, segmentSize);
  };
}
