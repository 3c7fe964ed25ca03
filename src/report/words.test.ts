import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../causes/catalogue.ts';
import { failureApps } from '../forensics/consequences.ts';
import { wordsIn } from './words.ts';

const FAILURES = ['syn-unanswered', 'unreachable', 'closed-before-response', 'silence'];

describe('what an application saw, in Chinese', () => {
  const views = [
    ...Object.values(CATALOGUE).flatMap(({ facts }) =>
      [facts.senderApp, facts.receiverApp ?? []].flat(),
    ),
    ...FAILURES.map(failureApps).flatMap(({ sender, receiver }) => [sender, receiver]),
  ];

  it('keeps no English but the names of calls and errors', () => {
    for (const view of views) {
      const english = wordsIn('zh')
        .calls(view)
        ?.replace(/\b(?:read|write|RST|E[A-Z]{2,})\b/g, '');
      expect(english ?? '', JSON.stringify(view)).not.toMatch(/[a-z]/i);
    }
  });
});
