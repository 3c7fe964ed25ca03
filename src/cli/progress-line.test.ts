import { expect, it } from 'vitest';
import { ProgressLine } from './progress-line.ts';

it('tells part, rates and time left', () => {
  const progress = new ProgressLine('a.pcap', 400e6);
  progress.advance(100e6, 3_000_000);
  expect(progress.text(2)).toBe('25 %, 50 MB/s, 1,500,000 packets/s, 6 s left');
});

it('tells what came so far where nobody knows the end', () => {
  const progress = new ProgressLine('standard input', undefined);
  progress.advance(100e6, 3_000_000);
  expect(progress.text(2)).toBe('100 MB, 50 MB/s, 1,500,000 packets/s');
});
