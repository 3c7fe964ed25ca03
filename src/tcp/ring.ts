/** Smallest ring, in bytes. */
const LEAST = 4096;
/** Rings of one size that wait for their next use, and the largest size that may wait. */
const MOST_WAITING = 32;
const LARGEST_WAITING = 1 << 20;

/** By the exponent of their size. Bytes of earlier use are left in them: nobody reads unwritten ones. */
const waiting: Uint8Array[][] = Array.from({ length: 32 }, () => []);

/** No memory: the ring of an empty buffer. */
export const NO_RING = new Uint8Array(0);

/**
 * A ring of at least `size` bytes; its length is a power of two. Buffers fill and empty again for each
 * request of a connection, so rings are used again rather than left to the collector.
 */
export const takeRing = (size: number): Uint8Array => {
  const exponent = 32 - Math.clz32(Math.max(size, LEAST) - 1);
  return waiting[exponent].pop() ?? new Uint8Array(2 ** exponent);
};

/** Takes back a ring that its buffer needs no more. */
export const giveRing = (ring: Uint8Array): void => {
  if (ring.length === 0 || ring.length > LARGEST_WAITING) return;
  const others = waiting[31 - Math.clz32(ring.length)];
  if (others.length < MOST_WAITING) others.push(ring);
};

/** Copies between two rings, or arrays that need no wrap: from each end on it goes on at the beginning. */
export const copyAround = (
  from: Uint8Array,
  fromAt: number,
  into: Uint8Array,
  intoAt: number,
  length: number,
): void => {
  let left = length;
  let source = fromAt;
  let target = intoAt;
  while (left > 0) {
    if (source >= from.length) source -= from.length;
    if (target >= into.length) target -= into.length;
    const piece = Math.min(left, from.length - source, into.length - target);
    copy(from, source, into, target, piece);
    source += piece;
    target += piece;
    left -= piece;
  }
};

/** Below this many bytes a loop is faster than the view that `set` needs. */
const SHORT = 48;

const copy = (
  from: Uint8Array,
  fromAt: number,
  into: Uint8Array,
  intoAt: number,
  length: number,
): void => {
  if (length > SHORT) return into.set(from.subarray(fromAt, fromAt + length), intoAt);
  for (let at = 0; at < length; at += 1) into[intoAt + at] = from[fromAt + at];
};
