import type { Outcome } from '../causes/scenario.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';

/** `12 bytes`, `EOF`, `ECONNRESET`. */
export const outcomeText = (outcome: Outcome): string =>
  typeof outcome === 'number' ? `${outcome} bytes` : outcome;

const NAMES: readonly (readonly [number, string])[] = [
  [FIN, 'FIN'],
  [SYN, 'SYN'],
  [RST, 'RST'],
  [ACK, 'ACK'],
];

/** `FIN, ACK`: those that open, end and acknowledge. */
export const flagsText = (flags: number): string =>
  NAMES.filter(([bit]) => (flags & bit) !== 0)
    .map(([, name]) => name)
    .join(',');
