import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../causes/catalogue.ts';
import { SCENARIOS } from '../../causes/scenarios.ts';
import type { Language } from '../../causes/text.ts';
import { unpainted } from '../../report/paint.ts';
import { wordsIn } from '../../report/words.ts';
import { compared } from './compared.ts';
import type { KernelRun } from './kernel-run.ts';
import { tellKernel } from './tell-kernel.ts';

const scenario = SCENARIOS.find(({ id }) => id === 'close-with-unread-data')!;
const [variant] = scenario.variants;
const OPTIONS = { seed: 1, family: 4, timestamps: true, sysctls: [] } as const;
const both = compared(scenario, variant, OPTIONS);

/** A kernel that does as the engine does, but for one errno. */
const kernel: KernelRun = {
  captures: new Map([['client', both.run!.recordings.client.capture]]),
  calls: both.run!.calls.map((call) =>
    call.outcome === 'ECONNRESET' ? { ...call, outcome: 'EPIPE' } : call,
  ),
  kernel: [
    {
      by: 'server',
      source: '10.98.1.200:8080',
      target: '10.98.1.10:40000',
      state: 'TCP_CLOSE',
      reason: 'TCP_ABORT_ON_CLOSE',
    },
  ],
};

const told = (language: Language, what = both, ran = kernel): string =>
  tellKernel(what, ran, 'client', {
    facts: CATALOGUE,
    words: wordsIn(language),
    paint: unpainted,
    width: 100,
    all: true,
  });

describe('a run on the kernel', () => {
  it('is told with calls, reasons, verdicts, and where the engine differs', () => {
    const text = told('en');
    expect(text).toContain('EPIPE (expected: ECONNRESET)');
    expect(text).toContain(
      'server TCP_ABORT_ON_CLOSE, TCP_CLOSE 10.98.1.200:8080 > 10.98.1.10:40000',
    );
    expect(text).toMatch(/frame \d+ +close-with-unread-data, likely/);
    expect(text).toContain('kernel: read client (client): EPIPE');
    expect(text).toContain('engine: read client (client): ECONNRESET');
  });

  it('is told in Chinese: no heading is left in English', () => {
    const text = told('zh');
    expect(text).toContain(scenario.title.zh);
    expect(text).toContain('EPIPE（预期：ECONNRESET）');
    expect(text).toMatch(/第 \d+ 帧 +close-with-unread-data, 很可能/);
    expect(text).toContain('内核：read client (client): EPIPE');
    for (const english of [
      'bytes',
      'What the',
      'Why the',
      'Our engine',
      'frame',
      'could be',
      'likely',
    ]) {
      expect(text).not.toContain(english);
    }
  });

  it.each([
    ['en', 'our engine speaks no Multipath TCP'],
    ['zh', '我们的引擎不支持多路径 TCP'],
  ] as const)('says (%s) that only the kernel plays it', (language, why) => {
    const mptcp = SCENARIOS.find(({ id }) => id === 'mptcp')!;
    const alone = compared(mptcp, mptcp.variants[0], OPTIONS);
    expect(alone.run).toBeUndefined();
    expect(told(language, alone)).toContain(why);
  });
});
