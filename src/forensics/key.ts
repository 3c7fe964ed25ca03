import type { Packet } from '../wire/packet.ts';

/**
 * A connection's hash, the same for both directions: two independent 32-bit words. Tables use
 * `bucket` to find a place and `tag` to tell whose place it is; 64 bits of a good mix make a
 * mistake as likely as one in 10^9 for a hundred thousand connections at once. What is reported is
 * found by full address comparison; the hash alone only ever decides whom to look at closer.
 */
export class ConnectionKey {
  bucket = 0;
  tag = 0;
  /** Hashes of the two endpoints, and of their hosts alone. */
  sourceEndpoint = 0;
  targetEndpoint = 0;
  /** Which of the two ends sent: 0 or 1, by the order of their hashes. */
  side: 0 | 1 = 0;

  of(packet: Packet): this {
    const source = endpointHash(hostHashOfSource(packet), packet.sourcePort);
    const target = endpointHash(hostHashOfTarget(packet), packet.targetPort);
    this.sourceEndpoint = source;
    this.targetEndpoint = target;
    this.side = source <= target ? 0 : 1;
    this.bucket = mix((source + target) | 0);
    this.tag = mix(Math.imul(source ^ target, 0x9e3779b1) ^ ((source & target) + 0x7f4a7c15));
    return this;
  }
}

export const hostHashOfSource = (packet: Packet): number =>
  packet.ipVersion === 4
    ? mix(packet.source0)
    : mix6(packet.source0, packet.source1, packet.source2, packet.source3);

export const hostHashOfTarget = (packet: Packet): number =>
  packet.ipVersion === 4
    ? mix(packet.target0)
    : mix6(packet.target0, packet.target1, packet.target2, packet.target3);

export const endpointHash = (host: number, port: number): number =>
  mix((host ^ Math.imul(port + 1, 0x27d4eb2f)) | 0);

/** Finalizer of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function mix6(a: number, b: number, c: number, d: number): number {
  return mix(d ^ Math.imul(mix(c ^ Math.imul(mix(b ^ Math.imul(a, 0x9e3779b1)), 31)), 17));
}
