import type { IpAddress } from '../../wire/ip-address.ts';
import { loadLibc } from '../libc.ts';
import { sweepNamespaces } from '../namespaces.ts';
import { whatTunLacks } from '../requirements.ts';
import { isAlive, sweepSlots } from '../slot.ts';
import { sureAddress } from '../socket-address.ts';
import { KernelSubject } from './kernel-subject.ts';
import { ADDRESSES, TunNetwork } from './tun-network.ts';

/** This machine's kernel, ready to be played sequences to. */
export class KernelTcp {
  readonly subject: KernelSubject;
  /** Its own, of each version. */
  readonly addresses: Readonly<Record<4 | 6, IpAddress>> = {
    4: sureAddress(ADDRESSES[4]),
    6: sureAddress(ADDRESSES[6]),
  };
  private readonly network: TunNetwork;

  private constructor(network: TunNetwork, subject: KernelSubject) {
    this.network = network;
    this.subject = subject;
  }

  /** Or one line that says what this machine lacks. Removes what crashed runs have left. */
  static async open(): Promise<KernelTcp | string> {
    const missing = whatTunLacks();
    if (missing !== undefined) return missing;
    const libc = await loadLibc();
    if (typeof libc === 'string') return libc;
    sweepNamespaces(isAlive);
    sweepSlots();
    const network = await TunNetwork.build(libc);
    return new KernelTcp(network, new KernelSubject(libc, network));
  }

  /** Of its namespace, or of the machine where it has none of its own. */
  sysctl(name: string): string | undefined {
    return this.network.sysctl(name);
  }

  /** Removes the namespace. */
  async close(): Promise<void> {
    await this.network.remove();
  }
}
