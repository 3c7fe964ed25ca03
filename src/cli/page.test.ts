import { expect, it } from 'vitest';
import type { Paint } from '../report/paint.ts';
import { renderPage } from './page.ts';

const marks: Paint = (tone, line) => `<${tone}>${line}`;

it('makes Markdown readable: headings, paragraphs to the width, lists, code as it is', () => {
  const page = [
    '# A heading',
    '',
    'A paragraph that is',
    'broken anew to **the** width.',
    '',
    '- an item that goes on under its own text',
    '- another',
    '',
    '```sh',
    'tcpdump -i any -s 256 -w a-long-name.pcap   # never broken',
    '```',
  ].join('\n');
  expect(renderPage(page, marks, 24)).toBe(
    [
      '<heading>A heading',
      '',
      'A paragraph that is',
      'broken anew to the',
      'width.',
      '',
      '- an item that goes on',
      '  under its own text',
      '- another',
      '',
      '    <calm>tcpdump -i any -s 256 -w a-long-name.pcap   # never broken',
      '',
    ].join('\n'),
  );
});
