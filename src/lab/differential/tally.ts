import { type Difference, outcomeText } from './difference.ts';
import type { Finding } from './differential.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import type { Sequence } from './sequence.ts';
import { SITUATIONS } from './situations.ts';
import { stepText } from './step-text.ts';

interface Row {
  played: number;
  agreed: number;
  explained: number;
  unexplained: number;
}

/** Counts what came of sequences, by the situation they began in. */
export class Tally {
  private readonly rows = new Map<string, Row>(SITUATIONS.map(({ name }) => [name, emptyRow()]));
  private readonly reasons = new Map<string, number>(KNOWN_DIFFERENCES.map(({ id }) => [id, 0]));
  private varied = 0;
  private unplayed = 0;

  add(situation: string, finding: Finding): void {
    if (finding.kind === 'unplayed') {
      this.unplayed += 1;
      return;
    }
    const row = this.rows.get(situation) ?? emptyRow();
    row.played += 1;
    if (finding.kind === 'agrees') row.agreed += 1;
    else row[finding.kind] += 1;
    if (finding.kind === 'explained') {
      this.reasons.set(finding.by, (this.reasons.get(finding.by) ?? 0) + 1);
    }
    if (finding.kind === 'agrees' && finding.varied) this.varied += 1;
  }

  get played(): number {
    return this.sum('played');
  }

  /** Two tables in Markdown, and what else is to be said of the run. */
  text(): string {
    const rows = [...this.rows].map(([name, row]) => [name, ...Object.values(row).map(String)]);
    const all = (['played', 'agreed', 'explained', 'unexplained'] as const).map((column) =>
      String(this.sum(column)),
    );
    const situations = table(
      ['sequences that begin in', 'played', 'agreed', 'explained', 'unexplained'],
      [...rows, ['**all**', ...all]],
    );
    const reasons = table(
      ['known difference', 'sequences'],
      [...this.reasons].map(([id, count]) => [id, String(count)]),
    );
    return `${situations}\n${reasons}\n${this.remarks()}`;
  }

  private remarks(): string {
    const varied = `The kernel itself did now one thing, now another in ${this.varied} of them.\n`;
    if (this.unplayed === 0) return varied;
    return `${varied}The machine was too busy to play ${this.unplayed} more in time.\n`;
  }

  private sum(column: keyof Row): number {
    return [...this.rows.values()].reduce((sum, row) => sum + row[column], 0);
  }
}

const emptyRow = (): Row => ({ played: 0, agreed: 0, explained: 0, unexplained: 0 });

/** The first column to the left, numbers to the right. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[at]))).join(' | ')} |`;
  const rule = widths.map((width, at) =>
    at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return `${[line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')}\n`;
};

/** An unexplained difference: its steps, and what came of the last on either side. */
export const differenceText = (sequence: Sequence, { kernel, engine }: Difference): string => {
  const sysctls = sequence.sysctls.map(([name, value]) => `${name}=${value}`).join(' ');
  const steps = sequence.steps.map((step) => `    ${stepText(step)}`);
  const head = `${sequence.situation}, IPv${sequence.family}, irs ${sequence.irs}, TSval ${sequence.tsval}`;
  return [
    `  ${head}`,
    `  ${sysctls}`,
    ...steps,
    `      kernel  ${outcomeText(kernel)}`,
    `      engine  ${outcomeText(engine)}`,
  ].join('\n');
};
