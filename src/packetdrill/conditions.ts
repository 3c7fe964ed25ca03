import { ScriptError } from './script-error.ts';

/**
 * Blanks the lines that `#ifdef NAME … #else … #endif` leaves out (nplab's extension), so that the
 * others keep their numbers.
 */
export const resolveConditions = (source: string, defined: ReadonlySet<string>): string => {
  const open: { line: number; taken: boolean }[] = [];
  const lines = source.split('\n').map((text, at) => {
    const line = at + 1;
    const [word, name] = text.trim().split(/\s+/);
    switch (word) {
      case '#ifdef':
        open.push({ line, taken: defined.has(name ?? '') });
        return '';
      case '#ifndef':
        open.push({ line, taken: !defined.has(name ?? '') });
        return '';
      case '#else':
        turn(open, line);
        return '';
      case '#endif':
        if (open.pop() === undefined) throw new ScriptError(line, '#endif without #ifdef');
        return '';
      default:
        return open.every(({ taken }) => taken) ? text : '';
    }
  });
  const [left] = open;
  if (left !== undefined) throw new ScriptError(left.line, '#ifdef without #endif');
  return lines.join('\n');
};

const turn = (open: { line: number; taken: boolean }[], line: number): void => {
  const innermost = open.at(-1);
  if (innermost === undefined) throw new ScriptError(line, '#else without #ifdef');
  innermost.taken = !innermost.taken;
};
