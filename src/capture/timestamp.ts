import type { Packet } from '../wire/packet.ts';

/** How an interface counts time: units per second, and seconds to add (if_tsresol, if_tsoffset). */
export interface TimeUnit {
  readonly perSecond: number;
  /** perSecond is a power of ten of at most 9, and this many nanoseconds make one unit; else 0. */
  readonly nanosEach: number;
  readonly offsetSeconds: number;
}

/** if_tsresol: the low seven bits are an exponent, of 2 with the top bit set, of 10 without. */
export const timeUnit = (resolution: number, offsetSeconds: number): TimeUnit => {
  const exponent = resolution & 0x7f;
  const perSecond = (resolution & 0x80) === 0 ? 10 ** exponent : 2 ** exponent;
  const decimal = (resolution & 0x80) === 0 && exponent <= 9;
  return { perSecond, nanosEach: decimal ? 10 ** (9 - exponent) : 0, offsetSeconds };
};

export const MICROSECONDS: TimeUnit = timeUnit(6, 0);

const TWO_32 = 2 ** 32;
/** Below this, `remainder * 2^16 + 16 bits` stays an exact double. */
const LARGEST_LONG_DIVISOR = 2 ** 37;

/** Sets the packet's time from the two unsigned halves of a 64-bit count of units; exact. */
export const setTime = (packet: Packet, high: number, low: number, unit: TimeUnit): void => {
  const { perSecond } = unit;
  if (high < 0x20_0000) {
    const units = high * TWO_32 + low;
    setDivided(packet, Math.floor(units / perSecond), units, unit);
  } else if (perSecond <= LARGEST_LONG_DIVISOR) {
    setLong(packet, high, low, unit);
  } else {
    setHuge(packet, high, low, unit);
  }
};

/** `units` is exact, and the quotient at most one too large by rounding. */
const setDivided = (packet: Packet, quotient: number, units: number, unit: TimeUnit): void => {
  const rest = units - quotient * unit.perSecond;
  if (rest < 0) set(packet, quotient - 1, rest + unit.perSecond, unit);
  else set(packet, quotient, rest, unit);
};

/** Long division in digits of 16 bits (nanoseconds since 1970 do not fit a double). */
const setLong = (packet: Packet, high: number, low: number, unit: TimeUnit): void => {
  const { perSecond } = unit;
  const first = Math.floor(high / perSecond);
  const middle = (high - first * perSecond) * 0x1_0000 + (low >>> 16);
  const second = Math.floor(middle / perSecond);
  const final = (middle - second * perSecond) * 0x1_0000 + (low & 0xffff);
  const third = Math.floor(final / perSecond);
  const seconds = first * TWO_32 + second * 0x1_0000 + third;
  set(packet, seconds, final - third * perSecond, unit);
};

/** Finer than any clock: rare enough to go through big integers. */
const setHuge = (packet: Packet, high: number, low: number, unit: TimeUnit): void => {
  const units = (BigInt(high) << 32n) | BigInt(low);
  const perSecond = BigInt(unit.perSecond);
  const nanos = ((units % perSecond) * 1_000_000_000n) / perSecond;
  packet.seconds = Number(units / perSecond) + unit.offsetSeconds;
  packet.nanos = Number(nanos);
};

const set = (packet: Packet, seconds: number, rest: number, unit: TimeUnit): void => {
  packet.seconds = seconds + unit.offsetSeconds;
  packet.nanos =
    unit.nanosEach === 0 ? Math.floor((rest / unit.perSecond) * 1e9) : rest * unit.nanosEach;
};
