import { expect, it } from 'vitest';
import { twoEndsWordsIn } from './words.ts';

it.each([
  ['en', 0, 0, /cannot be told/],
  ['en', 12, 0, /has all 12 segments/],
  ['en', 12, 3, /lacks 3 of the 12 segments/],
  ['zh', 0, 0, /无法判断/],
  ['zh', 12, 0, /全部都有/],
  ['zh', 12, 3, /缺 3 个/],
] as const)(
  'says in %s what %i segments compared, and %i of them missing, prove',
  (language, compared, missing, says) => {
    const told = twoEndsWordsIn(language).losses('server.pcap', { compared, missing });
    expect(told).toMatch(says);
    expect(told).toContain('server.pcap');
  },
);
