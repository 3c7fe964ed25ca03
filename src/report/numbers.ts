/** A count with its thousands set apart: `48,213`. */
export const grouped = (count: number): string =>
  String(count).replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');

let newestSecond = Number.NaN;
let newestPrefix = '';

/**
 * A moment as RFC 3339 in UTC: microseconds, or nanoseconds where the capture has them
 * (`2026-01-02T03:04:05.000001Z`). Seconds since the epoch may be any integer that a capture's
 * 64-bit timestamp can hold; beyond the years 0 to 9999, which RFC 3339 cannot say, the year is
 * written as ISO 8601 has it, and beyond what a Date can hold as 1970.
 */
export const rfc3339 = (seconds: number, nanos: number): string => {
  if (seconds !== newestSecond) {
    const date = new Date(seconds * 1000);
    const iso = Number.isNaN(date.getTime()) ? '1970-01-01T00:00:00.000Z' : date.toISOString();
    newestPrefix = iso.slice(0, -4);
    newestSecond = seconds;
  }
  const fraction =
    nanos % 1000 === 0 ? String(1e6 + nanos / 1000).slice(1) : String(1e9 + nanos).slice(1);
  return `${newestPrefix}${fraction}Z`;
};
