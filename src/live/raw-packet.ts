import type { Libc } from './libc.ts';
import type { Namespace } from './namespaces.ts';
import { AF_INET, AF_INET6, socketAddress } from './socket-address.ts';

const SOCK_RAW = 3;
const IPPROTO_RAW = 255;

/** Sends a whole IP packet from a host, past its TCP. */
export const sendRaw = (libc: Libc, space: Namespace, packet: Uint8Array, target: string): void => {
  const address = socketAddress(target, 0);
  const family = (packet[0] ?? 0) >> 4 === 4 ? AF_INET : AF_INET6;
  const socket = space.enter(() => libc.socket(family, SOCK_RAW, IPPROTO_RAW));
  if (socket < 0) throw new Error(`raw socket: ${libc.errno()}`);
  try {
    const sent = libc.sendto(socket, packet, packet.length, 0, address, address.length);
    if (sent < 0) throw new Error(`raw segment: ${libc.errno()}`);
  } finally {
    libc.close(socket);
  }
};
