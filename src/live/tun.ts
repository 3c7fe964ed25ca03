import type { Libc } from './libc.ts';

const O_RDWR = 2;
const O_NONBLOCK = 0x800;
const O_CLOEXEC = 0x8_0000;

/** linux/if_tun.h. */
const TUNSETIFF = 0x4004_54ca;
const TUNSETOFFLOAD = 0x4004_54d0;
const IFF_TUN = 1;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const TUN_F_CSUM = 1;
const TUN_F_TSO4 = 2;
const TUN_F_TSO6 = 4;
const TUN_F_TSO_ECN = 8;

const IFREQ = 40;
const IFNAME = 16;

export interface TunOptions {
  /** Each packet is preceded by 10 bytes of `struct virtio_net_hdr` (linux/virtio_net.h). */
  readonly header?: boolean;
  /** The kernel may hand over, and takes, segments of up to 64 KiB without their checksums; with `header`. */
  readonly offload?: boolean;
}

/**
 * Attaches to a TUN device (made, if there is none of this name) in the namespace that this thread is
 * in. Each read of the non-blocking descriptor is one IP packet, each write another; the device goes
 * with the descriptor. Throws with the errno: EPERM without CAP_NET_ADMIN, EBUSY if somebody is
 * attached, ENOENT without the module.
 */
export const openTun = (libc: Libc, name: string, options: TunOptions = {}): number => {
  const { header = false, offload = false } = options;
  const descriptor = libc.open('/dev/net/tun', O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) throw new Error(`/dev/net/tun: ${libc.errno()}`);
  const request = new Uint8Array(IFREQ);
  request.set(Buffer.from(name).subarray(0, IFNAME - 1));
  const flags = IFF_TUN | IFF_NO_PI | (header ? IFF_VNET_HDR : 0);
  new DataView(request.buffer).setUint16(IFNAME, flags, true);
  const features = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0;
  try {
    must(libc, `TUNSETIFF ${name}`, libc.ioctl(descriptor, TUNSETIFF, request));
    if (header) {
      must(libc, `TUNSETOFFLOAD ${name}`, libc.ioctlNumber(descriptor, TUNSETOFFLOAD, features));
    }
  } catch (error) {
    libc.close(descriptor);
    throw error;
  }
  return descriptor;
};

const must = (libc: Libc, what: string, result: number): void => {
  if (result < 0) throw new Error(`${what}: ${libc.errno()}`);
};
