import { expect, it } from 'vitest';
import { Lines } from './protocol.ts';

it('hands a line on when it is whole, however it was cut', () => {
  const lines = new Lines();
  expect(lines.push('{"id":1}\n{"i')).toEqual(['{"id":1}']);
  expect(lines.push('d":2')).toEqual([]);
  expect(lines.push('}\n\n')).toEqual(['{"id":2}']);
});
