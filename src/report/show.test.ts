import { test } from 'vitest';
import { text } from '../causes/text.ts';
import { CAUSE_IDS } from '../causes/ids.ts';
import { findings, onConnection, summary, verdict, ladder } from './verdicts.fixture.ts';
import { textReport } from './text.ts';
import { markdownReport } from './markdown.ts';
import { wordsIn } from './words.ts';
import { unpainted } from './paint.ts';
const FACTS: any = {};
for (const id of CAUSE_IDS) FACTS[id] = { facts: (await import(`../causes/${id}/facts.ts`)).facts };
const vs = [
  ...Array.from({ length: 29 }, (_, i) => onConnection(10 + i, i < 4 ? {} : { alternatives: [] })),
  ...Array.from({ length: 6 }, (_, i) => onConnection(50 + i, { cause: 'keepalive-race', confidence: 'certain', settle: undefined, alternatives: [], bytesLost: { min: 77, max: 77 }, advice: FACTS['keepalive-race'].facts.advice })),
  onConnection(70, { cause: 'health-check', benign: true }), onConnection(71, { cause: 'health-check', benign: true }),
  onConnection(80, { type: 'failure', failure: 'syn-unanswered', shape: undefined, cause: 'connect-timeout', origin: 'unknown', confidence: 'possible', apps: { sender: { read: 'unknown', write: 'unknown' }, receiver: { read: 'ETIMEDOUT', write: 'ETIMEDOUT' } }, bytesLost: { min: 0, max: 0 }, advice: FACTS['connect-timeout'].facts.advice, alternatives: [] }),
];
vs.push(onConnection(12, { frame: 9999, cause: 'repeated-reset', benign: true }));
vs.sort((a, b) => a.frame - b.frame);
test('show', () => {
  const f = findings(vs, { summary: summary({ resets: 38, failures: 1, notes: [text('Each packet was captured twice (`-i any`); the copies are left out.', '每个报文都被抓到两次。')], problems: [{ code: 'cut-short', frame: 48213, offset: 9_123_456, message: 'the capture ends 12 bytes into a packet or block', fatal: true }] }) });
  for (const [lang, width] of [['en', 100], ['en', 40], ['zh', 80], ['zh', 40]] as const) {
    const o = { facts: FACTS, words: wordsIn(lang), paint: unpainted, width, all: false };
    console.log(textReport(f, o));
    if (width !== 80) console.log(textReport({ ...f, ladder: ladder() }, o));
  }
  console.log(textReport(findings([]), { facts: FACTS, words: wordsIn('en'), paint: unpainted, width: 100, all: false }));
  console.log(markdownReport({...f, ladder: ladder()}, { facts: FACTS, words: wordsIn('en'), paint: unpainted, width: 100, all: false }, '0.1.0'));
});
