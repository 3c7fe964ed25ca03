import type { Outcome } from '../causes/scenario.ts';
import type { Language } from '../causes/text.ts';
import { ACK, FIN, RST, SYN } from '../wire/packet.ts';

/** `12 bytes`, `EOF`, `ECONNRESET`. */
export const outcomeText = (outcome: Outcome, language: Language): string => {
  if (language === 'en') return typeof outcome === 'number' ? `${outcome} bytes` : outcome;
  if (typeof outcome === 'number') return `${outcome} 字节`;
  return CHINESE[outcome] ?? outcome;
};

/** All others are names of the kernel's, which need no translation. */
const CHINESE: { readonly [Of in Outcome]?: string } = {
  nothing: '一直等不到',
  'killed by SIGPIPE': '被 SIGPIPE 终止',
  'no socket': '没有套接字',
};

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
