import { expect, it } from 'vitest';
import { colours } from './terminal.ts';

it('colours a terminal, and nothing else', () => {
  expect(colours(undefined, { TERM: 'xterm' }, true)).toBe(true);
  expect(colours(undefined, { TERM: 'xterm' }, false)).toBe(false);
  expect(colours(undefined, { TERM: 'dumb' }, true)).toBe(false);
});

it('obeys NO_COLOR before FORCE_COLOR, and the command line before both', () => {
  expect(colours(undefined, { NO_COLOR: '1' }, true)).toBe(false);
  expect(colours(undefined, { NO_COLOR: '' }, true)).toBe(true);
  expect(colours(undefined, { FORCE_COLOR: '1' }, false)).toBe(true);
  expect(colours(undefined, { FORCE_COLOR: '0' }, true)).toBe(false);
  expect(colours(undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
  expect(colours(true, { NO_COLOR: '1' }, false)).toBe(true);
  expect(colours(false, { FORCE_COLOR: '1' }, true)).toBe(false);
});
