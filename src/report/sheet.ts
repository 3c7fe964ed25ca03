import type { Paint, Tone } from './paint.ts';
import { padEnd, printable, widthOf, wrap } from './width.ts';

/** Columns before a labelled line, and the width of the label itself with the space after it. */
const INDENT = 3;
const LABEL = 14;

/** Below this width, labels stand on lines of their own. */
const NARROW = 64;

/** Lines of text for a terminal of so many columns, built from top to bottom. */
export class Sheet {
  readonly width: number;
  readonly paint: Paint;
  readonly #lines: string[] = [];

  constructor(width: number, paint: Paint) {
    this.width = width;
    this.paint = paint;
  }

  get narrow(): boolean {
    return this.width < NARROW;
  }

  /** A line as it is: already measured. */
  line(line = ''): void {
    this.#lines.push(line);
  }

  /** A paragraph over the whole width, after an indent. */
  paragraph(text: string, tone?: Tone, indent = 0): void {
    for (const line of wrap(printable(text), this.width - indent)) {
      this.line(' '.repeat(indent) + (tone === undefined ? line : this.paint(tone, line)));
    }
  }

  /** Text to be copied: never broken where it fits, whatever the width. */
  command(text: string, indent: number): void {
    this.line(' '.repeat(indent) + this.paint('calm', printable(text)));
  }

  /** `1  What happened                 29 resets, likely`: the right part moves below when it must. */
  heading(number: string, title: string, right: string, tone: Tone): void {
    const left = wrap(printable(title), this.width - INDENT);
    const room = this.width - INDENT - widthOf(left[0] ?? '') - widthOf(right);
    const beside = left.length === 1 && room >= 3;
    left.forEach((line, index) => {
      const before = padEnd(index === 0 ? number : '', INDENT);
      const after = beside ? ' '.repeat(room) + this.paint(tone, right) : '';
      this.line(before + this.paint('heading', line) + after);
    });
    if (!beside) {
      for (const line of wrap(right, this.width - INDENT)) {
        this.line(' '.repeat(INDENT) + this.paint(tone, line));
      }
    }
  }

  /** Several paragraphs after one label; each begins on a new line, and goes on indented by two. */
  labelled(label: string, paragraphs: readonly string[], tone?: Tone): void {
    if (paragraphs.length === 0) return;
    const indent = this.narrow ? INDENT + 2 : INDENT + LABEL;
    if (this.narrow) this.line(' '.repeat(INDENT) + this.paint('label', label));
    const broken = paragraphs.flatMap((one) => this.#hanging(one, this.width - indent));
    broken.forEach((line, index) => {
      const before =
        !this.narrow && index === 0
          ? ' '.repeat(INDENT) + this.paint('label', padEnd(label, LABEL))
          : ' '.repeat(indent);
      this.line(before + (tone === undefined ? line : this.paint(tone, line)));
    });
  }

  #hanging(paragraph: string, columns: number): string[] {
    const text = printable(paragraph.replace(/\s+/g, ' ').trim());
    const [first = '', ...rest] = wrap(text, columns);
    if (rest.length === 0) return [first];
    // Measured again, because what follows the first line has two columns fewer.
    const remainder = wrap(text.slice(first.length), columns - 2);
    return [first, ...remainder.map((line) => `  ${line}`)];
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
