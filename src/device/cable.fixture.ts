import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call } from '../host/call.ts';
import type { SocketError } from '../host/socket-error.ts';
import type { StreamPlace } from './stream-place.ts';

export const settled = <T>(call: Call<T>): Promise<T | SocketError> =>
  new Promise((resolve) => call.whenSettled(resolve));

/** A place for a Unix socket, and what removes it again. */
export const cablePlace = (): {
  readonly place: StreamPlace & { path: string };
  remove(): void;
} => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-'));
  return {
    place: { path: join(folder, 'cable.sock') },
    remove: () => rmSync(folder, { recursive: true }),
  };
};
