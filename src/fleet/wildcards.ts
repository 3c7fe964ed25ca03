/** Whether a path or a key is a pattern. */
export const hasWildcard = (text: string): boolean => /[*?]/.test(text);

/**
 * One step of a path or a key, as the source of a regular expression: `*` and `?` stand for something
 * within the step, and what begins with a dot must be asked for with one.
 */
export const stepExpression = (step: string): string => {
  const escaped = step.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const asked = escaped.replace(/\*+/g, '[^/]*').replaceAll('?', '[^/]');
  return /^[*?]/.test(step) ? `(?!\\.)${asked}` : asked;
};
