import type { Device, Receiver } from './device.ts';
import { PacketBelt } from './packet-belt.ts';
import { Stay } from './stay.ts';

const ETHERNET_MTU = 1500;

/** One end of a cable between two hosts of this process. */
class CableEnd implements Device {
  readonly name: string;
  readonly mtu: number;
  readonly offload = { checksums: true, segmentation: 0 };
  /** Toward this end's host. */
  readonly arriving = new PacketBelt();
  private readonly cable: MemoryCable;
  private readonly leaving: () => PacketBelt;
  private readonly stay = new Stay();
  private receiver: Receiver | undefined = undefined;

  constructor(name: string, mtu: number, cable: MemoryCable, leaving: () => PacketBelt) {
    this.name = name;
    this.mtu = mtu;
    this.cable = cable;
    this.leaving = leaving;
  }

  start(receiver: Receiver): void {
    this.receiver = receiver;
    this.arriving.start(receiver);
  }

  send(bytes: Uint8Array, offset: number, length: number): void {
    if (!this.cable.isCut) this.leaving().put(bytes, offset, length);
  }

  /** Its host learns that the device is gone. */
  lose(why: Error): void {
    this.arriving.stop();
    this.receiver?.lost(why);
  }

  ref(): void {
    this.stay.ref();
  }

  unref(): void {
    this.stay.unref();
  }

  close(): Promise<void> {
    this.stay.end();
    this.arriving.stop();
    return Promise.resolve();
  }
}

/** Two devices back to back, for two hosts in one process; it can be cut, and its ends torn out. */
export class MemoryCable {
  readonly ends: readonly [Device, Device];
  /** While it is, all packets are lost and nobody is told, as on the way through a network. */
  isCut = false;
  private readonly far: CableEnd;

  /** `mtu`: bytes of IP packet, 1280 to 65535. */
  constructor({ mtu = ETHERNET_MTU }: { readonly mtu?: number } = {}) {
    const near: CableEnd = new CableEnd('cable 0', mtu, this, () => this.far.arriving);
    this.far = new CableEnd('cable 1', mtu, this, () => near.arriving);
    this.ends = [near, this.far];
  }

  /** Both hosts learn that their device is gone. */
  tearOut(): void {
    const why = new Error('the cable was torn out');
    for (const end of this.ends) (end as CableEnd).lose(why);
  }
}
