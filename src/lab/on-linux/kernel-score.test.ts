import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../causes/scenarios.ts';
import { runScenario } from '../run-scenario.ts';
import { judge } from '../truth.ts';
import { isFirst, type KernelMark, markAll, ordersFor } from './kernel-score.ts';
import { kernelScorecard, troubles } from './kernel-scorecard.ts';

const OPTIONS = { seed: 1, family: 4, timestamps: true, sysctls: [] } as const;
const scenario = SCENARIOS.find(({ id }) => id === 'linger-zero')!;
const [variant] = scenario.variants;
const run = runScenario(scenario, variant, OPTIONS);
const judgement = judge(run, 'client');

/** One run in which all is well. */
const clean: KernelMark = {
  scenario: 'linger-zero',
  variant: variant.name,
  makes: 'linger-zero',
  options: OPTIONS,
  unlikeScenario: [],
  differences: [],
  views: [{ place: 'client', from: 'the beginning', judgement }],
};

const differing = (why: string | undefined): KernelMark => ({
  ...clean,
  differences: [{ about: 'reason', kernel: '1 TCP_STATE', engine: 'none', why }],
});

describe('what is to be played', () => {
  const orders = ordersFor(SCENARIOS);

  it('is every variant but those that Linux cannot do, in each of its ways', () => {
    const named = orders.filter((order) => order.scenario.id === 'closed-port');
    const ways = new Set(
      named.map(({ variant: one, options: { family, timestamps } }) =>
        [one.name, family, timestamps].join(),
      ),
    );
    expect(ways.size).toBe(4 * 4);
    expect(orders.some((order) => order.variant.beyondLinux)).toBe(false);
  });

  it('begins with what takes longest, so that nothing long is left to the end', () => {
    const waits = orders.map((order) =>
      order.variant.steps.reduce((sum, step) => sum + (step.do === 'wait' ? step.ms : 0), 0),
    );
    expect(waits).toEqual(waits.toSorted((a, b) => b - a));
  });
});

describe('the scorecard', () => {
  const cells = (marks: readonly KernelMark[]): string[] =>
    kernelScorecard(marks)
      .trimEnd()
      .split('\n')
      .at(-1)!
      .split('|')
      .map((cell) => cell.trim())
      .filter(Boolean);

  it('sums up runs, agreement, and what the detective said', () => {
    const marks = [clean, differing('a known reason'), differing(undefined)];
    // Runs, as expected, agree, explained; one reset each, named and first; nothing joined late.
    const [title, ...numbers] = cells(marks);
    expect(title).toBe('**all**');
    expect(numbers.slice(0, 7).map(Number)).toEqual([3, 3, 1, 1, 3, 3, 3]);
    expect(numbers.slice(-3).map(Number)).toEqual([0, 0, 0]);
  });

  it('has nothing to complain of where all agree, or a difference is explained', () => {
    expect([clean, differing('a known reason')].flatMap(troubles)).toEqual([]);
  });

  it('complains of a difference that nobody explained, and of a kernel unlike the scenario', () => {
    expect(troubles(differing(undefined))).toEqual([
      'linger-zero, by-server, IPv4: reason: kernel 1 TCP_STATE; engine none',
    ]);
    const [unlike] = troubles({ ...clean, unlikeScenario: ['read client: EOF, not ECONNRESET'] });
    expect(unlike).toContain('read client: EOF, not ECONNRESET');
  });

  it('complains of a truth that the detective does not name', () => {
    const findings = judgement.findings.map((one) => ({ ...one, named: false }));
    const views = [{ ...clean.views[0]!, judgement: { ...judgement, findings } }];
    expect(troubles({ ...clean, views })[0]).toMatch(/is linger-zero, .*: not named$/);
  });
});

it('takes a cause that leaves the same packets for no mistake', () => {
  const [finding] = judgement.findings;
  const verdict = { ...finding!.verdict!, cause: 'destroyed' } as const;
  expect(isFirst(judgement, { ...finding!, first: false, verdict })).toBe(true);
  const mistaken = { ...finding!, first: false, verdict: { ...verdict, cause: 'closed-port' } };
  expect(isFirst(judgement, mistaken as typeof finding & object)).toBe(false);
});

it('tells what could not be played, after a second attempt', async () => {
  const [order] = ordersFor([scenario]);
  let attempts = 0;
  const outcomes: unknown[] = [];
  await markAll(
    [order!],
    2,
    () => {
      attempts += 1;
      return Promise.reject(new Error('tcpdump: no such device'));
    },
    (_, mark) => outcomes.push(mark),
  );
  expect(attempts).toBe(2);
  expect(outcomes).toEqual([new Error('tcpdump: no such device')]);
});
