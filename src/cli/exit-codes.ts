/** Exit codes, as scripts see them. */
export const DONE = 0;
export const FOUND = 1;
export const WRONG = 2;
export const INTERRUPTED = 130;
