// How the programs report: one JSON line for each thing the application saw.
import { createInterface } from 'node:readline';

export const tell = (call, seen) => {
  const result =
    seen instanceof Error
      ? [seen.syscall, seen.code, seen.message].filter(Boolean).join(' | ')
      : seen;
  console.log(JSON.stringify({ call, result }));
};

/** Ends the process when its standard input ends or says so. */
export const untilEnd = () => {
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => line === 'end' && process.exit(0));
  input.on('close', () => process.exit(0));
};
