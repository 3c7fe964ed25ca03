import { describe, expect, it } from 'vitest';
import { captureOf, dialogue } from '../../../test/dialogue.ts';
import { SCENARIOS } from '../../causes/scenarios.ts';
import { text } from '../../causes/text.ts';
import { runScenario } from '../run-scenario.ts';
import { judge } from '../truth.ts';
import { isFirst, type KernelMark, markAll, ordersFor } from './kernel-score.ts';
import { kernelScorecardPage, troubles } from './kernel-scorecard.ts';

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
  differences: [
    {
      about: 'reason',
      kernel: '1 TCP_STATE',
      engine: 'none',
      why: why === undefined ? why : text(why, why),
    },
  ],
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
    kernelScorecardPage(marks, '6.18')
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

it('tells what could not be played, after two more attempts', async () => {
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
  expect(attempts).toBe(3);
  expect(outcomes).toEqual([new Error('tcpdump: no such device')]);
});

const { s, opened } = dialogue();

describe('what the engine cannot play', () => {
  const mptcp = SCENARIOS.find(({ id }) => id === 'mptcp')!;
  const [order] = ordersFor([mptcp]);

  /** As a kernel that sends one reset for this reason. */
  const marked = async (reason: string): Promise<KernelMark> => {
    const reset = { by: 'server', source: '', target: '', state: '', reason } as const;
    const capture = captureOf([...opened, s(50, 'RA', 1, 1)]);
    const captures = new Map((['client', 'server', 'any'] as const).map((at) => [at, capture]));
    const marks: (KernelMark | Error)[] = [];
    const play = () => Promise.resolve({ captures, calls: [], kernel: [reset] });
    await markAll([order!], 1, play, (_, mark) => marks.push(mark));
    const [mark] = marks;
    if (mark === undefined || mark instanceof Error) throw new Error('not marked', { cause: mark });
    return mark;
  };

  it('is one explained difference, and the truth is what the scenario makes', async () => {
    const mark = await marked('MPTCP_RST_EPROHIBIT');
    expect(mark.unlikeScenario).toEqual([]);
    expect(mark.differences.map(({ about, why }) => [about, why === undefined])).toEqual([
      ['stage', false],
    ]);
    expect(mark.views[0]!.judgement.findings.map(({ cause }) => cause)).toEqual(['mptcp']);
  });

  it('must be borne out by the kernel’s own reasons', async () => {
    const { unlikeScenario } = await marked('NO_SOCKET');
    expect(unlikeScenario).toEqual(['a reset for NO_SOCKET, which is not mptcp']);
  });
});
