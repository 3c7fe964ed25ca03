import type { Libc } from './libc.ts';
import type { Namespace } from './namespaces.ts';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0x800;
const ETH_P_ALL = 3;
const SIOCGIFINDEX = 0x8933;
const SIOCETHTOOL = 0x8946;
const IFREQ = 40;
const IFNAME = 16;

/** ETHTOOL_STXCSUM, SSG, STSO, SGSO, SGRO (linux/ethtool.h). */
const OFFLOADS = [0x17, 0x19, 0x1f, 0x24, 0x2c];

const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const ROOM = 8 << 20;

/** Segments leave whole, at most one MSS, with their checksum: fit for a wire in user space. */
export const withoutOffloads = (libc: Libc, space: Namespace, device: string): void => {
  space.enter(() =>
    withControl(libc, (control) => {
      for (const command of OFFLOADS) {
        const setting = new Uint8Array(Uint32Array.of(command, 0).buffer);
        const request = named(device);
        new DataView(request.buffer).setBigUint64(IFNAME, libc.addressOf(setting), true);
        must(libc, `ethtool ${device}`, libc.ioctl(control, SIOCETHTOOL, request));
      }
    }),
  );
};

/** A packet socket that takes and gives the frames of one device; throws if there is none. */
export const openDevice = (libc: Libc, space: Namespace, device: string): number =>
  space.enter(() => {
    const descriptor = libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
    must(libc, 'socket(AF_PACKET)', descriptor);
    setInt(libc, descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
    setInt(libc, descriptor, SOL_SOCKET, SO_RCVBUFFORCE, ROOM);
    const address = linkAddress(indexOf(libc, device));
    must(libc, `bind ${device}`, libc.bind(descriptor, address, address.length));
    return descriptor;
  });

const indexOf = (libc: Libc, device: string): number =>
  withControl(libc, (control) => {
    const request = named(device);
    must(libc, `index of ${device}`, libc.ioctl(control, SIOCGIFINDEX, request));
    return new DataView(request.buffer).getInt32(IFNAME, true);
  });

/** struct sockaddr_ll. */
const linkAddress = (index: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(20));
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, ETH_P_ALL);
  view.setInt32(4, index, true);
  return new Uint8Array(view.buffer);
};

/** struct ifreq. */
const named = (device: string): Uint8Array => {
  const request = new Uint8Array(IFREQ);
  request.set(Buffer.from(device));
  return request;
};

const withControl = <T>(libc: Libc, act: (control: number) => T): T => {
  const control = libc.socket(AF_INET, SOCK_DGRAM, 0);
  must(libc, 'socket', control);
  try {
    return act(control);
  } finally {
    libc.close(control);
  }
};

const setInt = (
  libc: Libc,
  descriptor: number,
  level: number,
  name: number,
  value: number,
): void => {
  const bytes = new Uint8Array(Int32Array.of(value).buffer);
  must(libc, `setsockopt ${name}`, libc.setsockopt(descriptor, level, name, bytes, bytes.length));
};

const must = (libc: Libc, what: string, result: number): void => {
  if (result < 0) throw new Error(`${what}: ${libc.errno()}`);
};
