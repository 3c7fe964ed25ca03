import type { ConnectionKey } from '../forensics/key.ts';
import type { Packet } from '../wire/packet.ts';

/**
 * Which of so many parts a packet's connection belongs to: by the end with the higher port, as that
 * is who a client is taken for where no handshake shows it. So the lives of a four-tuple stay
 * together, and so do the connections of one client's endpoint under several addresses of a server,
 * which the detective holds against one another (`forensics/siblings.ts`). `key` is the packet's.
 */
export const partOf = (packet: Packet, key: ConnectionKey, parts: number): number => {
  const hash = higherEnd(packet, key);
  return ((hash ^ (hash >>> 16)) >>> 0) % parts;
};

const higherEnd = (packet: Packet, key: ConnectionKey): number => {
  if (packet.sourcePort > packet.targetPort) return key.sourceEndpoint;
  if (packet.sourcePort < packet.targetPort) return key.targetEndpoint;
  return key.sourceEndpoint ^ key.targetEndpoint;
};
