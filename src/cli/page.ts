import type { Paint } from '../report/paint.ts';
import { wrap } from '../report/width.ts';

const CODE_INDENT = 4;

/**
 * Markdown made readable on a terminal: headings stand out, paragraphs and list items are broken to
 * the width, code stays as it is. Whatever else Markdown knows is left as it was written.
 */
export const renderPage = (markdown: string, paint: Paint, width: number): string => {
  const lines: string[] = [];
  let inCode = false;
  let paragraph: string[] = [];
  const finish = () => {
    lines.push(...brokenParagraph(paragraph.join(' '), width));
    paragraph = [];
  };
  for (const line of markdown.trimEnd().split('\n')) {
    if (line.startsWith('```')) {
      finish();
      inCode = !inCode;
    } else if (inCode) {
      lines.push(' '.repeat(CODE_INDENT) + paint('calm', line));
    } else if (line.startsWith('#')) {
      finish();
      lines.push(...wrap(line.replace(/^#+\s*/, ''), width).map((one) => paint('heading', one)));
    } else if (line.startsWith('|')) {
      finish();
      lines.push(line);
    } else if (line.trim() === '') {
      finish();
      lines.push('');
    } else {
      if (LIST_ITEM.test(line)) finish();
      paragraph.push(paragraph.length === 0 ? line.trimEnd() : line.trim());
    }
  }
  finish();
  return `${lines.join('\n')}\n`;
};

const LIST_ITEM = /^(\s*)([-*]|\d+\.)\s+/;

/** List items go on under their own text. */
const brokenParagraph = (text: string, width: number): string[] => {
  if (text === '') return [];
  const marker = LIST_ITEM.exec(text)?.[0] ?? '';
  const indent = ' '.repeat(marker.length);
  return wrap(text.slice(marker.length).replaceAll('**', ''), width - marker.length).map(
    (line, index) => (index === 0 ? marker : indent) + line,
  );
};
