import type { Device, Receiver } from './device.ts';
import { PacketBelt } from './packet-belt.ts';
import { Stay } from './stay.ts';

/** The largest IPv4 packet; Linux's `lo` offers a byte more. */
const LARGEST_MTU = 65_535;

/**
 * A device that hands every packet back to its own host in the next turn of the event loop. Nothing
 * is damaged on the way, so it needs no checksums.
 */
class Loopback implements Device {
  readonly name = 'loopback';
  readonly mtu: number;
  readonly offload = { checksums: true, segmentation: 0 };
  private readonly belt = new PacketBelt();
  private readonly stay = new Stay();

  constructor(mtu: number) {
    this.mtu = mtu;
  }

  start(receiver: Receiver): void {
    this.belt.start(receiver);
  }

  send(bytes: Uint8Array, offset: number, length: number): void {
    this.belt.put(bytes, offset, length);
  }

  ref(): void {
    this.stay.ref();
  }

  unref(): void {
    this.stay.unref();
  }

  close(): Promise<void> {
    this.stay.end();
    this.belt.stop();
    return Promise.resolve();
  }
}

/** `mtu`: bytes of IP packet, 1280 to 65535. */
export const openLoopback = ({ mtu = LARGEST_MTU }: { readonly mtu?: number } = {}): Device =>
  new Loopback(mtu);
