/**
 * The timestamp clock of a connection: milliseconds of the caller's clock and the connection's own
 * offset (RFC 7323 §5.4), modulo 2^32 as a signed integer.
 */
export const tsvalAt = (tsOffset: number, now: number): number => (Math.floor(now) + tsOffset) | 0;
