import { describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, ROOT } from '../../test/tree.ts';
import { SCENARIOS } from '../causes/scenarios.ts';
import type { Run } from './run.ts';
import { runScenario } from './run-scenario.ts';
import { waysToPlay } from './score.ts';
import type { Finding } from './truth.ts';
import { markTwoEnds, QUALITIES, type Quality } from './two-ended.ts';

/**
 * Every scenario in every way, captured at both ends: captures that say of themselves that they lost
 * nothing, captures as tcpdump writes them, captures that begin late, and such that lose one packet in
 * twenty. What is certain must be true in all of them.
 */
const RUNS: readonly Run[] = SCENARIOS.flatMap((scenario) =>
  scenario.variants
    .filter(({ beyondEngine }) => beyondEngine !== true)
    .flatMap((variant) =>
      waysToPlay(variant, 1).map((options) => runScenario(scenario, variant, options)),
    ),
);
const SEEDS: Readonly<Record<Quality, readonly number[]>> = {
  whole: [1],
  'as tcpdump has them': [1],
  'joined late': [1],
  'with losses': [1, 2, 3, 4],
};
interface Marked {
  readonly run: Run;
  readonly finding: Finding;
}
const FOUND = new Map<Quality, readonly Marked[]>(
  QUALITIES.map((quality) => [
    quality,
    SEEDS[quality].flatMap((seed) =>
      RUNS.flatMap((run) => markTwoEnds(run, quality, seed).map((finding) => ({ run, finding }))),
    ),
  ]),
);

const isCertain = ({ finding }: Marked) => finding.verdict?.confidence === 'certain';

describe.each(QUALITIES)('two captures, %s', (quality) => {
  it('never make the detective certain of what is false', () => {
    const wrong = (FOUND.get(quality) ?? []).filter(({ finding }) => finding.certainlyWrong);
    expect(
      wrong.map(({ run, finding }) => [
        run.scenario.id,
        run.variant.name,
        finding.frame,
        finding.cause,
        finding.verdict?.cause,
      ]),
    ).toEqual([]);
  });
});

it('whole, they make him certain of every reset that somebody on the way forged', () => {
  const forged = (FOUND.get('whole') ?? []).filter(({ finding }) => finding.cause === 'injected');
  const first = forged.filter(({ finding }) => finding.verdict?.cause !== 'repeated-reset');
  expect(first.length).toBeGreaterThan(20);
  const open = first.filter((marked) => !isCertain(marked));
  // One that is taken though it lies beside the expected number may also be one that is ignored.
  expect(open.map(({ run }) => `${run.scenario.id} ${run.variant.name}`)).toEqual(
    open.map(() => 'reset-ignored rfc793'),
  );
});

const percent = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`;

const table = (): string => {
  const rows = QUALITIES.map((quality) => {
    const found = FOUND.get(quality) ?? [];
    const known = found.filter(({ finding }) => finding.cause !== undefined);
    const named = known.filter(({ finding }) => finding.named || finding.sameWire).length;
    const first = known.filter(({ finding }) => finding.first).length;
    const wrong = found.filter(({ finding }) => finding.certainlyWrong).length;
    const certain = found.filter(isCertain).length;
    return `| ${quality} | ${found.length} | ${percent(named, known.length)} | ${percent(first, known.length)} | ${certain} | ${wrong} |`;
  });
  const byCause = new Map<string, { all: number; certain: number }>();
  for (const marked of FOUND.get('whole') ?? []) {
    const cause = marked.finding.cause ?? marked.run.variant.makes;
    const count = byCause.get(cause) ?? { all: 0, certain: 0 };
    count.all += 1;
    count.certain += Number(isCertain(marked));
    byCause.set(cause, count);
  }
  const causes = [...byCause]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([cause, { all, certain }]) => `| ${cause} | ${all} | ${certain} |`);
  return `# Two ends

Every scenario in every way it can be played, captured at both ends and explained from both captures
(\`resetlab explain --client a.pcap --server b.pcap\`). A test keeps this page current.

| captures | resets and failures | cause named | named first | certain | of them wrong |
| --- | ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}

*Whole*: they say of themselves (pcapng, interface statistics) that they lost nothing, and until when
they listened. *As tcpdump has them*: they say nothing of the kind, so that what is missing proves less.
*Joined late*: without any SYN. *With losses*: one of the two has lost one packet in twenty.

## By cause, whole captures

What stays open is what both ends' packets leave open: which call aborted a socket (linger-zero, destroyed,
disconnect, a listener that was closed), or which of two timers gave up.

| cause | resets and failures | certain |
| --- | ---: | ---: |
${causes.join('\n')}
`;
};

it('are scored in docs/two-ends.md', () => {
  const path = join(ROOT, 'docs/two-ends.md');
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, table());
  expect(read('docs/two-ends.md'), 'UPDATE_DOCS=1 renews it').toBe(table());
});
