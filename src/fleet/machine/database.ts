import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBValue,
  StatementType,
} from '@duckdb/node-api';
import { PARTS } from '../plan.ts';
import { currentOf, places } from './library.ts';
import type { Store } from './store.ts';
import { QueryError, StoreError } from './trouble.ts';

/** Statements that change nothing. */
const READING: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN]);

/** A cell of an answer: null, or a plain value; what SQL has beyond that comes as text. */
export type Cell = string | number | boolean | null;

export interface Answer {
  readonly columns: readonly string[];
  /** Row after row as they are made; throws a `QueryError`. */
  readonly rows: AsyncIterable<readonly Cell[]>;
}

/**
 * The tables of a store in an embedded database: `verdicts`, `captures`, `problems`. It reads the
 * store and nothing else, and writes nowhere. Throws a `StoreError` where there are no tables.
 */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  /** `plan`: whose tables, else those that are the store's answer now. */
  static async over(store: Store, plan = planThere(store)): Promise<Database> {
    if (/[*?[\]{}]/.test(store.directory)) {
      throw new StoreError(
        `${store.directory}: the path of a store may not hold any of * ? [ ] { }`,
      );
    }
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    try {
      for (const view of viewsOf(store, plan)) await connection.run(view);
    } catch (error) {
      throw new StoreError(`${store.directory}: ${(error as Error).message}`, { cause: error });
    }
    // From here on nothing but the tables can be read, whatever the query says.
    await connection.run(
      `SET allowed_directories = [${quoted(`${store.path(places.tables(plan))}/`)}]`,
    );
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    return new Database(instance, connection);
  }

  async ask(sql: string): Promise<Answer> {
    try {
      const statements = await this.#connection.extractStatements(sql);
      if (statements.count !== 1) throw new QueryError('one statement at a time');
      const statement = await statements.prepare(0);
      if (!READING.has(statement.statementType)) {
        throw new QueryError('the tables are read only: SELECT, DESCRIBE, SUMMARIZE or EXPLAIN');
      }
      const result = await statement.stream();
      return { columns: result.columnNames(), rows: rowsOf(result.yieldRows()) };
    } catch (error) {
      if (error instanceof QueryError) throw error;
      throw new QueryError((error as Error).message, { cause: error });
    }
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

const planThere = (store: Store): string => {
  const current = currentOf(store);
  if (current !== undefined) return current.plan;
  throw new StoreError(`${store.directory}: no tables there; submit captures first`);
};

const viewsOf = (store: Store, plan: string): string[] => {
  const parts = Array.from({ length: PARTS }, (_, part) => places.verdicts(plan, part));
  return [
    viewOf(store, 'verdicts', parts, '* REPLACE (time::TIMESTAMP AS time)'),
    viewOf(store, 'captures', [places.captures(plan)], '*'),
    viewOf(store, 'problems', [places.problems(plan)], '*'),
  ];
};

const viewOf = (store: Store, name: string, files: readonly string[], what: string): string => {
  const paths = files.map((file) => quoted(store.path(file)));
  return `CREATE VIEW ${name} AS SELECT ${what} FROM read_parquet([${paths.join(', ')}])`;
};

/** A string literal of SQL. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

async function* rowsOf(chunks: AsyncIterable<DuckDBValue[][]>): AsyncGenerator<readonly Cell[]> {
  try {
    for await (const rows of chunks) for (const row of rows) yield row.map(cellOf);
  } catch (error) {
    throw new QueryError((error as Error).message, { cause: error });
  }
}

const cellOf = (value: DuckDBValue): Cell => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const isSafe = Number.isSafeInteger(Number(value));
    return isSafe ? Number(value) : value.toString();
  }
  return String(value);
};
