/** Thrown inside the decoder where compressed data cannot be true; never leaves `decompress.ts`. */
export class ZstdFault extends Error {}

export const fault = (message: string): never => {
  throw new ZstdFault(message);
};

/** Place of the highest set bit of a positive integer. */
export const highestBit = (value: number): number => 31 - Math.clz32(value);
