import { describe, expect, it } from 'vitest';
import { taskIn } from './plan.ts';

const work = 'ab'.repeat(32);

describe('a task that comes from a queue', () => {
  it('is taken as it was sent', () => {
    expect(taskIn({ work, stage: 'judge', index: 3 })).toEqual({ work, stage: 'judge', index: 3 });
  });

  it.each([
    ['nothing', undefined],
    ['a plan that would lead out of the store', { work: '../../etc/x', stage: 'judge', index: 0 }],
    ['a plan with capitals', { work: 'AB'.repeat(32), stage: 'judge', index: 0 }],
    ['a stage that is none', { work, stage: 'constructor', index: 0 }],
    ['an index before the first', { work, stage: 'judge', index: -1 }],
    ['an index that is no number', { work, stage: 'judge', index: '0' }],
    ['an index between two', { work, stage: 'judge', index: 0.5 }],
  ])('is none: %s', (_what, data) => {
    expect(taskIn(data)).toBeUndefined();
  });
});
