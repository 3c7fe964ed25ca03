/**
 * The Python of scripts, as far as it is assertions: `assert a == b, message`, with comparisons,
 * `and`, `or`, `not`, arithmetic and names of numbers. Not Python.
 */

/** What an assertion came to. */
export type Assertion =
  | { readonly kind: 'holds' }
  | { readonly kind: 'fails'; readonly text: string; readonly actual: string }
  | { readonly kind: 'unsupported'; readonly construct: string };

/** The number that a name stands for; undefined where it is not known here. */
export type Names = (name: string) => number | undefined;

/** `variables`: what statements of the same script have set; they may set more. */
export const checkAssertions = (
  code: string,
  names: Names,
  variables: Map<string, number>,
): Assertion => {
  const known: Names = (name) => variables.get(name) ?? names(name);
  for (const statement of statementsOf(code)) {
    const outcome = check(statement, known, variables);
    if (outcome.kind !== 'holds') return outcome;
  }
  return HOLDS;
};

const HOLDS: Assertion = { kind: 'holds' };

/** Apart by lines and semicolons; a backslash at the end of a line goes on with the next. */
const statementsOf = (code: string): string[] =>
  code
    .replace(/\\\s*\n/g, ' ')
    .split(/[\n;]/)
    .map((statement) => statement.replace(/#.*/, '').trim())
    .filter((statement) => statement !== '');

const check = (statement: string, names: Names, variables: Map<string, number>): Assertion => {
  if (/^(print\b|import\b)/.test(statement)) return HOLDS;
  const [, keyword, expression] = /^(assert\b|[A-Za-z_]\w*\s*=(?!=))(.*)$/.exec(statement) ?? [];
  if (keyword === undefined || expression === undefined) return notThere(statement);
  const evaluation = new Evaluation(expression, names);
  const value = evaluation.whole();
  if (evaluation.problem !== undefined) return notThere(evaluation.problem);
  if (keyword !== 'assert') variables.set(keyword.slice(0, -1).trim(), value);
  else if (value === 0) {
    return { kind: 'fails', text: statement, actual: evaluation.seen.join(', ') };
  }
  return HOLDS;
};

const notThere = (what: string): Assertion => ({
  kind: 'unsupported',
  construct: `Python: ${what}`,
});

const TOKEN = /\s*(0x[0-9a-fA-F]+|\d+|[A-Za-z_]\w*|[<>=!]=|\/\/|[-+*/%|&<>(),])/y;

/** Binary operators by how tightly they bind, the loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['|'],
  ['&'],
  ['+', '-'],
  ['*', '//', '/', '%'],
];

const OPERATIONS: Record<string, (a: number, b: number) => number> = {
  or: (a, b) => a || b,
  and: (a, b) => a && b,
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '|': (a, b) => a | b,
  '&': (a, b) => a & b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '//': (a, b) => Math.floor(a / b),
  '/': (a, b) => a / b,
  '%': (a, b) => a - b * Math.floor(a / b),
};

/** One expression up to the comma before its message, from left to right. */
class Evaluation {
  problem: string | undefined = undefined;
  /** Names met, with their values. */
  readonly seen: string[] = [];
  private readonly words: readonly string[];
  private readonly names: Names;
  private at = 0;

  constructor(text: string, names: Names) {
    this.names = names;
    this.words = wordsIn(text);
  }

  whole(): number {
    const value = this.level(0);
    const rest = this.words[this.at];
    if (rest !== undefined && rest !== ',')
      this.problem ??= `'${rest}' where an operator was expected`;
    return value;
  }

  /** Operands of this level's operators; comparisons in a row hold if each does. */
  private level(depth: number): number {
    const operators = LEVELS[depth];
    if (operators === undefined) return this.operand();
    let value = this.level(depth + 1);
    let left = value;
    for (let count = 0; operators.includes(this.words[this.at] ?? ''); count += 1) {
      const operator = this.words[this.at];
      this.at += 1;
      const right = this.level(depth + 1);
      const result = OPERATIONS[operator](depth === 2 ? left : value, right);
      value = depth === 2 && count > 0 ? value && result : result;
      left = right;
    }
    return value;
  }

  private operand(): number {
    const word = this.words[this.at];
    this.at += 1;
    if (word === undefined) return this.fails('the end where a value was expected');
    if (word === 'not') return Number(this.level(2) === 0);
    if (word === '-') return -this.operand();
    if (word === '(') return this.group();
    if (/^\d/.test(word)) return Number(word);
    const value = this.names(word);
    if (value === undefined) return this.fails(word);
    this.seen.push(`${word} = ${value}`);
    return value;
  }

  private group(): number {
    const value = this.level(0);
    if (this.words[this.at] !== ')') return this.fails('a parenthesis that is not closed');
    this.at += 1;
    return value;
  }

  private fails(problem: string): number {
    this.problem ??= problem;
    return 0;
  }
}

/** What comes after a message's quotes is never looked at. */
const wordsIn = (text: string): string[] => {
  const words: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) words.push(match[1]);
  return words;
};
