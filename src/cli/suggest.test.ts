import { expect, it } from 'vitest';
import { CAUSE_IDS } from '../causes/ids.ts';
import { suggest } from './suggest.ts';

it('finds the word that was meant', () => {
  expect(suggest('linger-zro', CAUSE_IDS)[0]).toBe('linger-zero');
  expect(suggest('closedport', CAUSE_IDS)[0]).toBe('closed-port');
  expect(suggest('keepalive-rcae', CAUSE_IDS)[0]).toBe('keepalive-race');
  expect(suggest('unread', CAUSE_IDS)).toContain('close-with-unread-data');
});

it('stays silent rather than guess wildly', () => {
  expect(suggest('banana', CAUSE_IDS)).toEqual([]);
});
