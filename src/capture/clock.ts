import type { Packet } from '../wire/packet.ts';

const TWO_32 = 2 ** 32;
/** Below this, `remainder * 2^16 + 16 bits` stays an exact double. */
const LARGEST_LONG_DIVISOR = 2 ** 37;

/** Turns an interface's counts of time units, of 64 bits, into seconds and nanoseconds; exact. */
export class InterfaceClock {
  private readonly perSecond: number;
  /** Nanoseconds in one unit where that is an integer, else 0. */
  private readonly nanosEach: number;
  private readonly offsetSeconds: number;
  /**
   * The last packet's second, and the count at which it began, as two numbers whose second may be
   * negative: nearly every packet lies in the same second as the one before it.
   */
  private second = 0;
  private beginHigh = 0;
  private beginLow = 0;

  /**
   * if_tsresol: an exponent in the low seven bits, of 2 with the top bit set, of 10 without;
   * if_tsoffset: seconds to add.
   */
  constructor(resolution: number, offsetSeconds: number) {
    const exponent = resolution & 0x7f;
    const binary = (resolution & 0x80) !== 0;
    this.perSecond = binary ? 2 ** exponent : 10 ** exponent;
    this.nanosEach = !binary && exponent <= 9 ? 10 ** (9 - exponent) : 0;
    this.offsetSeconds = offsetSeconds;
  }

  /** Sets the packet's time from the upper and the lower half of the count, at `at`. */
  setTime(packet: Packet, view: DataView, at: number, littleEndian: boolean): void {
    const high = view.getUint32(at, littleEndian);
    const low = view.getUint32(at + 4, littleEndian);
    const rest = (high - this.beginHigh) * TWO_32 + (low - this.beginLow);
    if (rest >= 0 && rest < this.perSecond && this.nanosEach !== 0) {
      packet.seconds = this.second;
      packet.nanos = rest * this.nanosEach;
    } else {
      this.divide(packet, high, low);
    }
  }

  /** The same as seconds since the epoch, to the microsecond at best: for what is no packet's time. */
  secondsAt(view: DataView, at: number, littleEndian: boolean): number {
    const high = view.getUint32(at, littleEndian);
    const low = view.getUint32(at + 4, littleEndian);
    return (high * TWO_32 + low) / this.perSecond + this.offsetSeconds;
  }

  private divide(packet: Packet, high: number, low: number): void {
    if (this.perSecond > LARGEST_LONG_DIVISOR) this.divideHuge(packet, high, low);
    else this.divideLong(packet, high, low);
  }

  /** Long division in digits of 16 bits: nanoseconds since 1970 do not fit a double. */
  private divideLong(packet: Packet, high: number, low: number): void {
    const { perSecond, nanosEach } = this;
    const first = Math.floor(high / perSecond);
    const middle = (high - first * perSecond) * 0x1_0000 + (low >>> 16);
    const second = Math.floor(middle / perSecond);
    const final = (middle - second * perSecond) * 0x1_0000 + (low & 0xffff);
    const third = Math.floor(final / perSecond);
    const rest = final - third * perSecond;
    this.second = first * TWO_32 + second * 0x1_0000 + third + this.offsetSeconds;
    this.beginHigh = high;
    this.beginLow = low - rest;
    packet.seconds = this.second;
    packet.nanos = nanosEach === 0 ? Math.floor((rest / perSecond) * 1e9) : rest * nanosEach;
  }

  /** Finer than any clock: rare enough to go through big integers. */
  private divideHuge(packet: Packet, high: number, low: number): void {
    const units = (BigInt(high) << 32n) | BigInt(low);
    const perSecond = BigInt(this.perSecond);
    packet.seconds = Number(units / perSecond) + this.offsetSeconds;
    packet.nanos = Number(((units % perSecond) * 1_000_000_000n) / perSecond);
  }
}
