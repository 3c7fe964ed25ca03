/**
 * Sequence numbers compare modulo 2^32 (RFC 9293 §3.4). Arguments may be signed or unsigned 32-bit
 * integers; differences are meaningful within ±2^31. Of two that are just 2^31 apart each lies before
 * and after the other, as on Linux.
 */

/** How far `a` lies after `b`, -2^31 to 2^31-1. */
export const distance = (a: number, b: number): number => (a - b) | 0;

export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;

export const after = (a: number, b: number): boolean => ((b - a) | 0) < 0;

export const atOrBefore = (a: number, b: number): boolean => ((a - b) | 0) <= 0;

export const add = (a: number, bytes: number): number => (a + bytes) | 0;
