/**
 * How many columns a text takes on a terminal, and how to break it into lines of so many. East
 * Asian wide characters take two columns (Unicode Standard Annex #11, W and F), combining marks
 * none; box-drawing and other ambiguous characters count as one.
 */

const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

const ZERO: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f],
  [0x200b, 0x200f],
  [0xfe00, 0xfe0f],
];

const within = (code: number, ranges: readonly (readonly [number, number])[]): boolean =>
  ranges.some(([first, last]) => code >= first && code <= last);

const columnsOf = (character: string): 0 | 1 | 2 => {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (within(code, WIDE)) return 2;
  return within(code, ZERO) ? 0 : 1;
};

/** Columns that a text without line breaks takes. */
export const widthOf = (line: string): number => {
  let columns = 0;
  for (const character of line) columns += columnsOf(character);
  return columns;
};

/** The text, filled up with spaces on the right to so many columns. */
export const padEnd = (line: string, columns: number): string =>
  line + ' '.repeat(Math.max(0, columns - widthOf(line)));

/** The text, filled up with spaces on the left to so many columns. */
export const padStart = (line: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - widthOf(line))) + line;

/** The text, cut to so many columns (at least 1); `…` stands for what was cut off. */
export const cutTo = (line: string, columns: number): string => {
  if (widthOf(line) <= columns) return line;
  let kept = '';
  let room = columns - 1;
  for (const character of line) {
    room -= columnsOf(character);
    if (room < 0) break;
    kept += character;
  }
  return `${kept}…`;
};

/** Marks that must not begin a line: they stay with the character before them. */
const CLOSING = new Set('。，、；：？！）」』》”’…');

/** Marks that must not end one: they stay with the character after them. */
const OPENING = new Set('（「『《“‘');

/** Breaks a text into what must stay together: words, single wide characters, single spaces. */
const piecesOf = (text: string): string[] => {
  const pieces: string[] = [];
  let open = false;
  for (const character of text) {
    const wide = columnsOf(character) === 2;
    const last = pieces.length - 1;
    if (/\s/.test(character)) {
      if (pieces[last] !== ' ') pieces.push(' ');
      open = false;
    } else if (last >= 0 && CLOSING.has(character) && pieces[last] !== ' ') {
      pieces[last] += character;
      open = false;
    } else if ((open && !wide) || OPENING.has(pieces[last] ?? '')) {
      pieces[last] += character;
      open = !wide;
    } else {
      pieces.push(character);
      open = !wide;
    }
  }
  return pieces;
};

/** Cuts a word longer than a line, so that an IPv6 address or a path never runs over the edge. */
const cut = (word: string, columns: number): string[] => {
  const parts = [''];
  let used = 0;
  for (const character of word) {
    const width = columnsOf(character);
    if (used + width > columns) {
      parts.push('');
      used = 0;
    }
    parts[parts.length - 1] += character;
    used += width;
  }
  return parts;
};

/** Stands for a space that is not to be broken at. */
const FIRM_SPACE = '\ue000';

/** A command in backquotes is there to be copied: kept on one line where one line can hold it. */
const withFirmCommands = (text: string, columns: number): string =>
  text.replace(/`[^`]+`/g, (command) =>
    widthOf(command) < columns ? command.replaceAll(' ', FIRM_SPACE) : command,
  );

/** What goes on one line whole, or else in parts. */
const fitting = (piece: string, columns: number): string[] =>
  widthOf(piece) <= columns
    ? [piece]
    : piecesOf(piece.replaceAll(FIRM_SPACE, ' ')).flatMap((part) => cut(part, columns));

/** Breaks a text into lines of at most `columns` (at least 8) columns; never an empty list. */
export const wrap = (text: string, columns: number): string[] => {
  const limit = Math.max(8, columns);
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const finish = () => {
    lines.push(line.trimEnd().replaceAll(FIRM_SPACE, ' '));
    line = '';
    used = 0;
  };
  for (const piece of piecesOf(withFirmCommands(text.trim(), limit)).flatMap((one) =>
    fitting(one, limit),
  )) {
    const width = widthOf(piece);
    if (used + width > limit) finish();
    if (used === 0 && piece === ' ') continue;
    line += piece;
    used += width;
  }
  finish();
  return lines;
};

/** A text without control characters, so that a file's name cannot steer the terminal. */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are the very characters to take out
  text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u00b7');
