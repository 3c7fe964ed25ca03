/**
 * Text of an address from its big-endian words (IPv4: the first alone), `version` 4 or 6:
 * dotted decimal, or RFC 5952 (lower case, the first longest run of zero groups as `::`, IPv4-mapped
 * addresses with a dotted end).
 */
export const addressText = (
  version: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
): string => {
  if (version === 4) return dotted(word0);
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return `::ffff:${dotted(word3)}`;
  const groups = [word0, word1, word2, word3].flatMap((word) => [word >>> 16, word & 0xffff]);
  const run = longestZeroRun(groups);
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
};

/** `10.0.0.1:80` or `[fd00::1]:80`. */
export const endpointText = (
  version: number,
  word0: number,
  word1: number,
  word2: number,
  word3: number,
  port: number,
): string => {
  const address = addressText(version, word0, word1, word2, word3);
  return version === 4 ? `${address}:${port}` : `[${address}]:${port}`;
};

const dotted = (word: number): string =>
  `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;

const hex = (groups: readonly number[]): string =>
  groups.map((group) => group.toString(16)).join(':');

const longestZeroRun = (groups: readonly number[]): { start: number; length: number } => {
  let longest = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start };
  });
  return longest;
};
