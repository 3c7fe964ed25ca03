import type { Expression } from './script.ts';

/** Names of numbers that a call may return or be given, as Linux counts. */
const NUMBERS: Record<string, number> = {
  O_RDWR: 2,
  O_NONBLOCK: 0x800,
  INADDR_ANY: 0,
};

/** The number that an expression is; undefined for anything else. */
export const integerOf = (expression: Expression | undefined): number | undefined => {
  if (expression === undefined) return undefined;
  switch (expression.kind) {
    case 'integer':
      return expression.value;
    case 'word':
      return NUMBERS[expression.name];
    case 'or':
      return expression.parts.map(integerOf).reduce((all, one) => or(all, one), 0);
    case 'apply':
      return expression.name === 'htons' ? integerOf(expression.args[0]) : undefined;
    case 'any':
    case 'string':
    case 'list':
    case 'struct':
      return undefined;
  }
};

const or = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a | b;

export const wordOf = (expression: Expression | undefined): string | undefined =>
  expression?.kind === 'word' ? expression.name : undefined;

/** All words apart by `|`; none for 0. */
export const wordsOf = (expression: Expression | undefined): string[] => {
  if (expression?.kind === 'word') return [expression.name];
  return expression?.kind === 'or' ? expression.parts.flatMap(wordsOf) : [];
};

/** What stands in brackets alone, as `[1]`. */
export const onlyItemOf = (expression: Expression | undefined): Expression | undefined =>
  expression?.kind === 'list' ? expression.items[0] : expression;

export const fieldOf = (expression: Expression | undefined, name: string): Expression | undefined =>
  expression?.kind === 'struct'
    ? expression.fields.find((field) => field.name === name)?.value
    : undefined;

/** The address in `inet_addr("10.0.0.1")`. */
export const textOf = (expression: Expression | undefined): string | undefined => {
  if (expression?.kind === 'string') return expression.text;
  return expression?.kind === 'apply' ? textOf(expression.args[0]) : undefined;
};

export const expressionText = (expression: Expression): string => {
  switch (expression.kind) {
    case 'any':
      return '...';
    case 'integer':
      return String(expression.value);
    case 'word':
      return expression.name;
    case 'string':
      return JSON.stringify(expression.text);
    case 'or':
      return expression.parts.map(expressionText).join(' | ');
    case 'list':
      return `[${expression.items.map(expressionText).join(', ')}]`;
    case 'apply':
      return `${expression.name}(${expression.args.map(expressionText).join(', ')})`;
    case 'struct':
      return `{${expression.fields.map(fieldText).join(', ')}}`;
  }
};

const fieldText = ({ name, value }: { name: string | undefined; value: Expression }): string =>
  name === undefined ? expressionText(value) : `${name}=${expressionText(value)}`;
