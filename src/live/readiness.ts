import type { Libc } from './libc.ts';

/** True as soon as the descriptor can be read (or written), or has an error; false after so long. */
export const becomesReady = (
  libc: Libc,
  descriptor: number,
  direction: 'readable' | 'writable',
  withinMs: number,
): Promise<boolean> =>
  new Promise((resolve) => {
    let last: NodeJS.Immediate | undefined = undefined;
    const settle = (ready: boolean): void => {
      clearTimeout(timer);
      clearImmediate(last);
      handle.close();
      resolve(ready);
    };
    // After a standstill the timers ring before the descriptor is looked at: so it is looked at once more.
    const timer = setTimeout(() => (last = setImmediate(settle, false)), withinMs);
    const handle = libc.poll(descriptor, { [direction]: true }, () => settle(true));
  });
