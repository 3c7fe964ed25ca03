/**
 * What must be undone however this process ends: each undoing is asked for once, waits for nothing,
 * and is called at the exit of the process, at Ctrl-C too, unless it was done with before.
 */

const undoings = new Set<() => void>();

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Remembers an undoing, and returns what forgets it again. */
export const undoAtExit = (undo: () => void): (() => void) => {
  if (undoings.size === 0) listen();
  undoings.add(undo);
  return () => {
    undoings.delete(undo);
    if (undoings.size === 0) ignore();
  };
};

const undoAll = (): void => {
  for (const undo of undoings) undo();
  undoings.clear();
};

/** Shells say 128 and the signal's number. */
const leave = (signal: keyof typeof SIGNALS): void => process.exit(128 + SIGNALS[signal]);

const listen = (): void => {
  process.on('exit', undoAll);
  for (const signal of Object.keys(SIGNALS)) process.on(signal, leave);
};

const ignore = (): void => {
  process.off('exit', undoAll);
  for (const signal of Object.keys(SIGNALS)) process.off(signal, leave);
};
