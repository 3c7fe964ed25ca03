import { describe, expect, it } from 'vitest';
import { text } from '../causes/text.ts';
import type { ErrorTextMatch } from '../causes/error-texts/match.ts';
import { errorTextJson, errorTextReport } from './error-text.ts';
import { unpainted } from './paint.ts';
import type { TextOptions } from './text.ts';
import { PLAIN_FACTS } from './verdicts.fixture.ts';
import { widthOf } from './width.ts';
import { wordsIn } from './words.ts';

const next = text("`tcpdump -i any 'tcp port 443'`", "`tcpdump -i any 'tcp port 443'`");
const entry: ErrorTextMatch['entry'] = {
  id: 'node-socket-hang-up',
  name: 'Node: socket hang up',
  wire: 'fin',
  happened: text('The other end closed with FIN.', '对端以 FIN 关闭。'),
  canMean: ['closed-before-response', 'keepalive-race'],
  cannotMean: [text('It does not mean that a reset was sent.', '它不代表有人发过 RST。')],
  next: text('to port {port}', '端口 {port}'),
  pattern: /socket hang up/,
};
const known: ErrorTextMatch = { entry, matched: 'socket hang up', at: 7, next };

const options: TextOptions = {
  facts: PLAIN_FACTS,
  words: wordsIn('en'),
  paint: unpainted,
  width: 100,
  all: false,
};

describe('an error text', () => {
  it('is told with what it can and what it cannot mean, and the next capture', () => {
    const report = errorTextReport([known], options);
    expect(report).toMatch(/Node: socket hang up {10,}a FIN, no reset needed\n/);
    expect(report).toContain('Can mean      closed-before-response: Somebody did');
    expect(report).toContain('Not           It does not mean that a reset was sent.');
    expect(report).toContain("Next          `tcpdump -i any 'tcp port 443'`");
  });

  it('is numbered only among others, and keeps the width', () => {
    const report = errorTextReport([known, known], { ...options, width: 40, words: wordsIn('zh') });
    expect(report).toMatch(/^1 {2}Node/);
    expect(report).toMatch(/^2 {2}Node/m);
    for (const line of report.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(40);
  });

  it('is one JSON object a line', () => {
    expect(JSON.parse(errorTextJson([known], options))).toEqual({
      type: 'error-text',
      id: 'node-socket-hang-up',
      name: 'Node: socket hang up',
      matched: 'socket hang up',
      wire: 'fin',
      happened: 'The other end closed with FIN.',
      canMean: ['closed-before-response', 'keepalive-race'],
      cannotMean: ['It does not mean that a reset was sent.'],
      next: "`tcpdump -i any 'tcp port 443'`",
      more: null,
    });
  });
});
