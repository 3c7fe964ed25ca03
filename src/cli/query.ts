import { type Answer, type Cell, Database } from '../fleet/machine/database.ts';
import { Store } from '../fleet/machine/store.ts';
import { QueryError, StoreError } from '../fleet/machine/trouble.ts';
import { DONE, WRONG } from './exit-codes.ts';
import { Output, tell } from './output.ts';

export interface QueryOptions {
  readonly store: string;
  readonly json?: true;
  readonly csv?: true;
}

/** `resetlab query`: prints the answer; returns the exit code. */
export const query = async (sql: string, options: QueryOptions): Promise<number> => {
  const output = new Output();
  try {
    const database = await Database.over(new Store(options.store));
    const answer = await database.ask(sql);
    if (options.json === true) await writeJson(answer, output);
    else if (options.csv === true) await writeCsv(answer, output);
    else await writeTable(answer, output);
    await output.flush();
    database.close();
    return DONE;
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof QueryError)) throw error;
    await output.flush();
    tell(error.message);
    return WRONG;
  }
};

const writeJson = async ({ columns, rows }: Answer, output: Output): Promise<void> => {
  for await (const row of rows) {
    const named = Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null]));
    await output.write(`${JSON.stringify(named)}\n`);
  }
};

const writeCsv = async ({ columns, rows }: Answer, output: Output): Promise<void> => {
  const line = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`;
  await output.write(line(columns));
  for await (const row of rows) await output.write(line(row));
};

/** RFC 4180 §2, 5 to 7. */
const csvCell = (cell: Cell): string => {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows that are measured before the first is printed; columns of later ones may be wider. */
const MEASURED = 1000;

const writeTable = async ({ columns, rows }: Answer, output: Output): Promise<void> => {
  const first: string[][] = [];
  let widths: number[] | undefined;
  const write = (cells: readonly string[]) => output.write(`${aligned(cells, widths!)}\n`);
  const begin = async (): Promise<void> => {
    widths = columns.map((name, at) =>
      Math.max(name.length, ...first.map((cells) => cells[at]!.length)),
    );
    await write(columns.map(printable));
    for (const cells of first) await write(cells);
  };
  for await (const row of rows) {
    const cells = row.map((cell) => (cell === null ? '' : printable(String(cell))));
    if (widths !== undefined) await write(cells);
    else if (first.push(cells) === MEASURED) await begin();
  }
  if (widths === undefined) await begin();
};

const aligned = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, at) => cell.padEnd(widths[at]!))
    .join('  ')
    .trimEnd();

/** What a name may hold besides letters must not steer a terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\u{fffd}');
