import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Libc } from '../libc.ts';
import { Namespace } from '../namespaces.ts';
import { releaseSlot, takeSlot } from '../slot.ts';
import { undoAtExit } from '../tidying.ts';
import { openTun } from '../tun.ts';
import { SockDiag } from './sock-diag.ts';

const DEVICE = 'tun0';
const LONGEST = 65_535;

/** The kernel's own address, and where everybody else lives (RFC 2544, RFC 4193). */
export const ADDRESSES = { 4: '192.0.2.1', 6: 'fd00:97::1' } as const;
const ELSEWHERE = { 4: '198.18.0.0/15', 6: 'fd00:98::/64' } as const;

/** So that no connection learns from another, and none answers by a timer shorter than a sequence. */
const SETTINGS: readonly (readonly [name: string, value: number | string])[] = [
  ['net.ipv4.tcp_no_metrics_save', 1],
  ['net.ipv4.tcp_comp_sack_nr', 0],
  ['net.ipv4.tcp_early_retrans', 0],
  ['net.ipv4.tcp_congestion_control', 'reno'],
];

/** A namespace whose only device is a TUN that this process holds, with a kernel's TCP behind it. */
export class TunNetwork {
  readonly diag: SockDiag;
  private readonly libc: Libc;
  private readonly space: Namespace;
  private readonly slot: number;
  private readonly device: number;
  private readonly buffer = new Uint8Array(LONGEST);
  private readonly forget: () => void;

  private constructor(libc: Libc, space: Namespace, slot: number, forget: () => void) {
    this.libc = libc;
    this.space = space;
    this.slot = slot;
    this.forget = forget;
    this.device = space.enter(() => openTun(libc, DEVICE).descriptor);
    this.diag = space.enter(() => new SockDiag(libc));
  }

  static async build(libc: Libc): Promise<TunNetwork> {
    const slot = takeSlot();
    const space = new Namespace(libc, slot, 'differential');
    const forget = undoAtExit(() => {
      space.removeNow();
      releaseSlot(slot);
    });
    try {
      await space.make();
      const network = new TunNetwork(libc, space, slot, forget);
      await network.configure();
      return network;
    } catch (error) {
      await space.remove();
      releaseSlot(slot);
      forget();
      throw error;
    }
  }

  /** What is done meanwhile is done in the namespace. */
  inside<T>(act: () => T): T {
    return this.space.enter(act);
  }

  /** As the kernel has it, numbers apart by blanks; undefined where it has no such setting. */
  sysctl(name: string): string | undefined {
    const path = join('/proc/sys', ...name.split('.'));
    return this.space.enter(() =>
      existsSync(path) ? readFileSync(path, 'utf8').trim().replaceAll(/\s+/g, ' ') : undefined,
    );
  }

  set(name: string, value: number | string): void {
    this.space.sysctl(name, value);
  }

  send(packet: Uint8Array): void {
    const written = this.libc.write(this.device, packet, packet.length);
    if (written !== packet.length) throw new Error(`write to ${DEVICE}: ${this.libc.errno()}`);
  }

  /** All packets that wait. */
  receive(): readonly Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (;;) {
      const length = this.libc.read(this.device, this.buffer, LONGEST);
      if (length > 0) {
        packets.push(this.buffer.slice(0, length));
        continue;
      }
      const errno = this.libc.errno();
      if (errno === 'EAGAIN') return packets;
      throw new Error(`read from ${DEVICE}: ${errno}`);
    }
  }

  async remove(): Promise<void> {
    this.diag.close();
    this.libc.close(this.device);
    await this.space.remove();
    releaseSlot(this.slot);
    this.forget();
  }

  private async configure(): Promise<void> {
    for (const [name, value] of SETTINGS) this.set(name, value);
    for (const setting of ['accept_dad', 'accept_ra', 'router_solicitations']) {
      this.set(`net.ipv6.conf.${DEVICE}.${setting}`, 0);
    }
    await this.space.ip(
      `addr add ${ADDRESSES[4]}/32 dev ${DEVICE}`,
      `addr add ${ADDRESSES[6]}/128 dev ${DEVICE} nodad`,
      `link set ${DEVICE} up`,
      `route add ${ELSEWHERE[4]} dev ${DEVICE}`,
      `route add ${ELSEWHERE[6]} dev ${DEVICE}`,
    );
  }
}
