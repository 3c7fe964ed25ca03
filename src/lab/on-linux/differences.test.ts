import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, ROOT } from '../../../test/tree.ts';
import { SCENARIOS } from '../../causes/scenarios.ts';
import type { Run } from '../run.ts';
import { runScenario } from '../run-scenario.ts';
import { amongOthers } from './among-others.ts';
import { differences } from './differences.ts';
import type { KernelCall, KernelReset, KernelRun } from './kernel-run.ts';
import { differencesPage, KNOWN_DIFFERENCES } from './known-differences.ts';

const OPTIONS = { seed: 1, family: 4, timestamps: true, sysctls: [] } as const;

const played = (id: string, name: string): Run => {
  const scenario = SCENARIOS.find((one) => one.id === id)!;
  return runScenario(
    scenario,
    scenario.variants.find((one) => one.name === name)!,
    OPTIONS,
  );
};

/** What a kernel would tell that did the same. */
const echo = ({ recordings, calls, told }: Run): KernelRun => ({
  captures: new Map([
    ['client', recordings.client.capture],
    ['server', recordings.server.capture],
  ]),
  calls,
  kernel: told.flatMap(({ who, event }) =>
    event.kind === 'sent' && (who === 'client' || who === 'server')
      ? [{ by: who, source: '', target: '', state: '', reason: event.linuxReason }]
      : [],
  ),
});

describe('engine and kernel', () => {
  const run = played('close-with-unread-data', 'by-server');
  const same = echo(run);
  const differing = (change: Partial<KernelRun>) =>
    differences({ ...run, run }, { ...same, ...change }, 'client');

  it('agree when all is the same', () => {
    expect(differing({})).toEqual([]);
  });

  it('differ in an errno', () => {
    const calls = same.calls.map((call): KernelCall =>
      call.call === 'read' ? { ...call, outcome: 'EOF' } : call,
    );
    expect(differing({ calls })).toEqual([
      {
        about: 'call',
        kernel: 'read client (client): EOF',
        engine: 'read client (client): ECONNRESET',
      },
    ]);
  });

  it('do not differ in how many bytes one call took', () => {
    const halved = same.calls.flatMap((call): KernelCall[] =>
      typeof call.outcome === 'number'
        ? [
            { ...call, outcome: 400 },
            { ...call, outcome: 562 },
          ]
        : [call],
    );
    expect(differing({ calls: halved })).toEqual([]);
  });

  it('differ in the shape of a reset, each number in its own terms', () => {
    // ORDER is 962 bytes long.
    const other = played('data-after-close', 'by-server').recordings.client.capture;
    const [difference] = differing({ captures: new Map([['client', other]]) });
    expect(difference).toMatchObject({
      about: 'reset',
      kernel: 'connection 1, the other end: RST seq acknowledged, window zero (+42)',
      engine: 'connection 1, the other end: RST,ACK seq next, ack next, window open (+1 +963)',
    });
  });

  it('differ in count alone where the same happened once more', () => {
    expect(differing({ kernel: [...same.kernel, ...same.kernel] })).toEqual([
      { about: 'count', kernel: '2 TCP_ABORT_ON_CLOSE', engine: '1 TCP_ABORT_ON_CLOSE' },
    ]);
  });

  it('differ in the reason, but for what a router sends', () => {
    const router: KernelReset = { ...same.kernel[0]!, by: 'router', reason: 'NO_SOCKET' };
    expect(differing({ kernel: [...same.kernel, router] })).toEqual([]);
    expect(differing({ kernel: [{ ...router, by: 'server' }] })).toEqual([
      { about: 'reason', kernel: '1 NO_SOCKET', engine: '1 TCP_ABORT_ON_CLOSE' },
    ]);
  });
});

it('plays the same beside ordinary connections', () => {
  const scenario = SCENARIOS.find(({ id }) => id === 'linger-zero')!;
  const [alone] = scenario.variants;
  const run = runScenario(scenario, amongOthers(alone), OPTIONS);
  const reasons = run.told.flatMap(({ event }) => (event.kind === 'sent' ? [event.cause] : []));
  expect(reasons).toEqual(['linger-zero']);
});

describe('known differences', () => {
  it('are of scenarios that there are', () => {
    for (const { scenario, variant } of KNOWN_DIFFERENCES) {
      const names = SCENARIOS.find(({ id }) => id === scenario)?.variants.map(({ name }) => name);
      expect(names, scenario).toBeDefined();
      if (variant !== undefined) expect(names).toContain(variant);
    }
  });

  it('are kept as a page (UPDATE_DOCS=1 writes it)', () => {
    const page = `# Where our engine and the Linux kernel differ\n\nBoth play the same scenarios (\`resetlab lab score --on linux\`): compared are every errno, and of every reset its flags, its numbers in terms of what was sent before, whether its window is zero, and the reason (the kernel's by its tracepoint). These differences are known; any other is a fault.\n\n${differencesPage()}`;
    const path = 'docs/kernel-differences.md';
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, path), page);
    expect(existsSync(join(ROOT, path))).toBe(true);
    expect(read(path)).toBe(page);
  });
});
