import type { Operator } from '../reading/operator.ts';
import { Interrupt } from './interrupt.ts';
import { ProgressLine } from './progress-line.ts';

/** Somebody at a terminal: Ctrl-C asks for an early end, one line tells how far it is. */
export const atTerminal = (): Operator => ({
  interrupt: new Interrupt(),
  progressOf: (label, totalBytes) => new ProgressLine(label, totalBytes),
});
