import { endpointText } from '../wire/address.ts';
import type { Packet } from '../wire/packet.ts';

/** Words that one end takes: four of the address, and the port. */
export const WORDS_AN_END = 5;

/** Copies a packet's two ends into an array of words, where each is to begin. */
export function takeAddresses(
  packet: Packet,
  into: Int32Array | number[],
  source: number,
  target: number,
): void {
  into[source] = packet.source0;
  into[source + 1] = packet.source1;
  into[source + 2] = packet.source2;
  into[source + 3] = packet.source3;
  into[source + 4] = packet.sourcePort;
  into[target] = packet.target0;
  into[target + 1] = packet.target1;
  into[target + 2] = packet.target2;
  into[target + 3] = packet.target3;
  into[target + 4] = packet.targetPort;
}

/** `10.0.0.1:80` or `[fd00::1]:80`: who sent the packet. */
export const sourceName = (packet: Packet): string => {
  const { ipVersion, source0, source1, source2, source3, sourcePort } = packet;
  return endpointText(ipVersion, source0, source1, source2, source3, sourcePort);
};

/** To whom it was sent. */
export const targetName = (packet: Packet): string => {
  const { ipVersion, target0, target1, target2, target3, targetPort } = packet;
  return endpointText(ipVersion, target0, target1, target2, target3, targetPort);
};
