import type { Packet } from '../wire/packet.ts';

/**
 * A connection's hash, the same for both directions: two 32-bit words. Tables use `bucket` to find
 * a place and `tag` to tell whose place it is. What is reported is found by full address
 * comparison; the hash alone only ever decides whom to look at closer.
 */
export class ConnectionKey {
  bucket = 0;
  tag = 0;
  /** Hashes of the two endpoints. */
  sourceEndpoint = 0;
  targetEndpoint = 0;
  /** Which of the two ends sent: 0 or 1, by the order of their hashes. */
  side: 0 | 1 = 0;

  of(packet: Packet): this {
    let source = packet.source0;
    let target = packet.target0;
    if (packet.ipVersion !== 4) {
      source = folded(packet.source0, packet.source1, packet.source2, packet.source3);
      target = folded(packet.target0, packet.target1, packet.target2, packet.target3);
    }
    return this.ofEnds(
      endpointHash(source, packet.sourcePort),
      endpointHash(target, packet.targetPort),
    );
  }

  /** From addresses of IPv4 and both ports in one word, as in the TCP header. */
  ofWords(source: number, target: number, ports: number): this {
    return this.ofEnds(endpointHash(source, ports >>> 16), endpointHash(target, ports & 0xffff));
  }

  private ofEnds(source: number, target: number): this {
    this.sourceEndpoint = source;
    this.targetEndpoint = target;
    this.side = source <= target ? 0 : 1;
    const sum = (source + target) | 0;
    const difference = source ^ target;
    const bucket = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
    this.bucket = bucket ^ (bucket >>> 13);
    this.tag = Math.imul(difference ^ (sum >>> 7), 0x297a2d39) ^ sum;
    return this;
  }
}

/** An address as one word; IPv4's is its own. */
export const hostOfSource = (packet: Packet): number =>
  packet.ipVersion === 4
    ? packet.source0
    : folded(packet.source0, packet.source1, packet.source2, packet.source3);

export const hostOfTarget = (packet: Packet): number =>
  packet.ipVersion === 4
    ? packet.target0
    : folded(packet.target0, packet.target1, packet.target2, packet.target3);

/** The finalizer of MurmurHash3 over address and port, but for its last shift. */
export function endpointHash(host: number, port: number): number {
  let x = host ^ Math.imul(port + 1, 0x27d4eb2f);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  return Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
}

export function folded(a: number, b: number, c: number, d: number): number {
  let x = Math.imul(a, 0x9e3779b1) ^ b;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) ^ c;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) ^ d;
  return x ^ (x >>> 16);
}
