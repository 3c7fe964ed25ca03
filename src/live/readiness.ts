import type { Libc } from './libc.ts';

/** True as soon as the descriptor can be read (or written), or has an error; false after so long. */
export const becomesReady = (
  libc: Libc,
  descriptor: number,
  direction: 'readable' | 'writable',
  withinMs: number,
): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (ready: boolean): void => {
      clearTimeout(timer);
      handle.close();
      resolve(ready);
    };
    const timer = setTimeout(() => settle(false), withinMs);
    const handle = libc.poll(descriptor, { [direction]: true }, () => settle(true));
  });
