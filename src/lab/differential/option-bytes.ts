import { add } from '../../wire/sequence.ts';
import type { ArrivalOption } from './sequence.ts';

/** An option as on the wire. `tsval` is the played end's now, `tsecr` the subject's last. */
export const optionBytes = (
  option: ArrivalOption,
  tsval: number,
  tsecr: number,
  una: number,
): readonly number[] => {
  switch (option.kind) {
    case 'mss':
      return [2, 4, option.value >> 8, option.value & 0xff];
    case 'window scale':
      return [1, 3, 3, option.value];
    case 'SACK permitted':
      return [1, 1, 4, 2];
    case 'timestamps': {
      const echo = option.ecr === 'none' ? 0 : tsecr + option.ecr;
      return [1, 1, 8, 10, ...wordBytes(tsval + option.val), ...wordBytes(echo)];
    }
    case 'SACK': {
      const edges = option.blocks.flat().map((plus) => add(una, plus));
      return [1, 1, 5, 2 + 4 * edges.length, ...edges.flatMap(wordBytes)];
    }
    case 'raw':
      return option.bytes;
  }
};

const wordBytes = (word: number): number[] => [
  (word >>> 24) & 0xff,
  (word >>> 16) & 0xff,
  (word >>> 8) & 0xff,
  word & 0xff,
];
