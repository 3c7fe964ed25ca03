import type { FourTuple } from './four-tuple.ts';
import { keyedHash, type Secret } from './keyed-hash.ts';
import type { Settings } from './sysctl.ts';

const SEQUENCE_TAG = 1;
const TIMESTAMP_TAG = 2;

/** Ticks of 4 µs in a millisecond: the clock of RFC 9293 §3.4.1. */
const TICKS_PER_MS = 250;

/**
 * ISN = M + F(four-tuple, secret) (RFC 6528 §3): rising in time for one four-tuple, so that a new
 * connection lies after the last one, and unknown to others.
 */
export const initialSequenceNumber = (secret: Secret, path: FourTuple, now: number): number =>
  (Math.floor(now * TICKS_PER_MS) + keyedHash(secret, SEQUENCE_TAG, path)) | 0;

/** What is added to the clock to make TSval (RFC 7323 §5.4); 0 where tcp_timestamps is 2. */
export const timestampOffset = (secret: Secret, path: FourTuple, settings: Settings): number =>
  settings.tcp_timestamps === 1 ? keyedHash(secret, TIMESTAMP_TAG, path) : 0;
