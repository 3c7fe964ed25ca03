import { ScriptError } from './script-error.ts';
import type { Token, TokenKind } from './tokens.ts';

/** Goes through the tokens of a script; every `expect…` throws a `ScriptError` where it does not fit. */
export class TokenReader {
  private readonly tokens: readonly Token[];
  private readonly defines: ReadonlyMap<string, Token>;
  private at = 0;

  /** `defines`: what words stand for (`--define=NAME=VALUE`). */
  constructor(tokens: readonly Token[], defines: ReadonlyMap<string, Token>) {
    this.tokens = tokens;
    this.defines = defines;
  }

  get next(): Token {
    return this.peek(0);
  }

  /** `ahead` tokens further on. */
  peek(ahead: number): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    if (token.kind !== 'word') return token;
    const meaning = this.defines.get(token.text);
    return meaning === undefined ? token : { ...meaning, line: token.line };
  }

  take(): Token {
    const { next } = this;
    if (next.kind !== 'end') this.at += 1;
    return next;
  }

  isAt(kind: TokenKind, text?: string): boolean {
    const { next } = this;
    return next.kind === kind && (text === undefined || next.text === text);
  }

  /** Takes the symbol if it comes next. */
  passes(symbol: string): boolean {
    if (!this.isAt('symbol', symbol)) return false;
    this.at += 1;
    return true;
  }

  /** Takes the word if it comes next. */
  passesWord(word: string): boolean {
    if (!this.isAt('word', word)) return false;
    this.at += 1;
    return true;
  }

  expect(kind: TokenKind, what: string): Token {
    if (this.next.kind !== kind) this.fail(what);
    return this.take();
  }

  expectSymbol(symbol: string): void {
    if (!this.passes(symbol)) this.fail(`'${symbol}'`);
  }

  /** An unsigned integer of so many bits. */
  expectUnsigned(bits: number, what: string): number {
    const { value, line } = this.expect('integer', what);
    if (value < 0 || value >= 2 ** bits) {
      throw new ScriptError(line, `${what} ${value} is out of range: 0 to ${2 ** bits - 1}`);
    }
    return value;
  }

  /** Passes over all that stands on this line, and returns it. */
  restOfLine(): string {
    const { line } = this.next;
    const words: string[] = [];
    while (this.next.line === line && this.next.kind !== 'end') words.push(this.take().text);
    return words.join(' ');
  }

  fail(wanted: string): never {
    const { line, text } = this.next;
    throw new ScriptError(line, `expected ${wanted}, not '${text}'`);
  }
}
