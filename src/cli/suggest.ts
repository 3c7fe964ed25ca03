/** Edits (insert, delete, replace, swap neighbours) from one word to another. */
const distance = (from: string, to: string): number => {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
};

/** The words that somebody who wrote `word` most likely meant, nearest first; at most three. */
export const suggest = (word: string, known: readonly string[]): string[] => {
  const wanted = word.toLowerCase();
  return known
    .map((candidate) => ({
      candidate,
      far: candidate.includes(wanted) && wanted.length > 3 ? 1 : distance(wanted, candidate),
    }))
    .filter(({ far, candidate }) => far <= Math.max(2, candidate.length * 0.35))
    .toSorted((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
};
