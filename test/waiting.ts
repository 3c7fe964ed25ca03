import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waiting that a busy machine cannot cut short. Time is counted in short pauses: of those a process
 * that stood still for a second has had one, and whatever else runs in it gets its turns.
 */

const PAUSE_MS = 5;
const PATIENCE_MS = 20_000;

/** So long as this process runs, for what must not happen. What must happen is waited for: `until`. */
export const pass = async (ms: number): Promise<void> => {
  for (let leftMs = ms; leftMs > 0; leftMs -= PAUSE_MS) await sleep(Math.min(PAUSE_MS, leftMs));
};

/** Resolves as soon as it is so; rejects, and says what was waited for, if it never is. */
export const until = async (isSo: () => boolean): Promise<void> => {
  for (let leftMs = PATIENCE_MS; !isSo(); leftMs -= PAUSE_MS) {
    if (leftMs <= 0) throw new Error(`waited in vain for ${String(isSo)}`);
    await sleep(PAUSE_MS);
  }
};
