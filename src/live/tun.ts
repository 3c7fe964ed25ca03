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

/** linux/sockios.h. */
const SIOCGIFMTU = 0x8921;
const SIOCSIFMTU = 0x8922;
const AF_INET = 2;
const SOCK_DGRAM = 2;

const IFREQ = 40;
const IFNAME = 16;

export interface TunOptions {
  /** The kernel may hand over, and takes, segments of up to 64 KiB without their checksums. */
  readonly offload?: boolean;
  /** Bytes of IP packet, 68 to 65535; the device's own (1500 for a new one) if left out. */
  readonly mtu?: number;
}

/** A descriptor of a TUN device, non-blocking: each read is one packet, each write another. */
export interface Tun {
  readonly descriptor: number;
  /** With 10 bytes of `struct virtio_net_hdr` before each packet (linux/virtio_net.h), and all it allows. */
  readonly offload: boolean;
  readonly mtu: number;
}

/**
 * Attaches to a TUN device (made, if there is none of this name) in the namespace that this thread is
 * in. A new device goes with its descriptor. A kernel without the offloads gives a plain one. Throws
 * with the errno: EPERM without CAP_NET_ADMIN, EBUSY if somebody is attached, ENOENT without the module.
 */
export const openTun = (libc: Libc, name: string, options: TunOptions = {}): Tun => {
  const { offload: wanted = false, mtu } = options;
  const descriptor = libc.open('/dev/net/tun', O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) throw new Error(`/dev/net/tun: ${libc.errno()}`);
  try {
    const offload = wanted && attachWithOffload(libc, descriptor, name);
    if (!offload) attach(libc, descriptor, name, 0);
    if (mtu !== undefined) setMtu(libc, name, mtu);
    return { descriptor, offload, mtu: mtu ?? mtuOf(libc, name) };
  } catch (error) {
    libc.close(descriptor);
    throw error;
  }
};

/** False, and not attached, where the kernel has no header for packets at all. */
const attachWithOffload = (libc: Libc, descriptor: number, name: string): boolean => {
  if (libc.ioctl(descriptor, TUNSETIFF, requestOf(name, IFF_VNET_HDR)) < 0) {
    if (libc.errno() === 'EINVAL') return false;
    throw new Error(`TUNSETIFF ${name}: ${libc.errno()}`);
  }
  const features = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  must(libc, `TUNSETOFFLOAD ${name}`, libc.ioctlNumber(descriptor, TUNSETOFFLOAD, features));
  return true;
};

const attach = (libc: Libc, descriptor: number, name: string, flags: number): void => {
  must(libc, `TUNSETIFF ${name}`, libc.ioctl(descriptor, TUNSETIFF, requestOf(name, flags)));
};

const requestOf = (name: string, flags: number): Uint8Array => {
  const request = interfaceRequest(name);
  new DataView(request.buffer).setUint16(IFNAME, IFF_TUN | IFF_NO_PI | flags, isLittleEndian);
  return request;
};

const mtuOf = (libc: Libc, name: string): number => {
  const request = interfaceRequest(name);
  ask(libc, `SIOCGIFMTU ${name}`, SIOCGIFMTU, request);
  return new DataView(request.buffer).getInt32(IFNAME, isLittleEndian);
};

const setMtu = (libc: Libc, name: string, mtu: number): void => {
  const request = interfaceRequest(name);
  new DataView(request.buffer).setInt32(IFNAME, mtu, isLittleEndian);
  ask(libc, `SIOCSIFMTU ${name} ${mtu}`, SIOCSIFMTU, request);
};

/** netdevice(7): any socket will do. */
const ask = (libc: Libc, what: string, code: number, request: Uint8Array): void => {
  const socket = libc.socket(AF_INET, SOCK_DGRAM, 0);
  must(libc, 'socket', socket);
  try {
    must(libc, what, libc.ioctl(socket, code, request));
  } finally {
    libc.close(socket);
  }
};

/** `struct ifreq`. */
const interfaceRequest = (name: string): Uint8Array<ArrayBuffer> => {
  const bytes = Buffer.from(name);
  if (bytes.length === 0 || bytes.length >= IFNAME) {
    throw new Error(`${JSON.stringify(name)} is no name of a device: 1 to ${IFNAME - 1} bytes`);
  }
  const request = new Uint8Array(IFREQ);
  request.set(bytes);
  return request;
};

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const must = (libc: Libc, what: string, result: number): void => {
  if (result < 0) throw new Error(`${what}: ${libc.errno()}`);
};
