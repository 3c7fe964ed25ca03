import { parquetWriteBuffer } from 'hyparquet-writer';
import { FORMAT } from '../plan.ts';
import type { Column } from '../tables.ts';

/** A table as a Parquet file; the same columns give the same bytes. */
export const parquetOf = (columns: readonly Column[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(({ name, type, data, isDistinct, isProse }) => ({
        name,
        type,
        data: [...data],
        ...(isDistinct === true && { encoding: 'PLAIN' as const }),
        statistics: isProse !== true,
      })),
      createdBy: 'resetlab',
      kvMetadata: [{ key: 'resetlab.format', value: String(FORMAT) }],
    }),
  );
