/** A capture format as a parser of bytes that may arrive in any pieces. */
export interface Format {
  /**
   * Reads what is whole in `bytes` between `from` and `to`, and returns where it stopped; from
   * there on at least `need` bytes are wanted before it can go on. `base` is the place of
   * `bytes[0]` in the capture; `last`: nothing will follow.
   */
  parse(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    to: number,
    base: number,
    last: boolean,
  ): number;
  readonly need: number;
}

/** No record and no block is larger: a claim above it is corruption, never an allocation. */
export const LARGEST_RECORD = 64 * 1024 * 1024;

/** Largest frame believed without a snap length that allows it: BIG TCP, and room to spare. */
export const LARGEST_ORDINARY_FRAME = 1024 * 1024;

const number = new Intl.NumberFormat('en');

/** `1,234 bytes`. */
export const bytesText = (count: number): string =>
  count === 1 ? '1 byte' : `${number.format(count)} bytes`;
