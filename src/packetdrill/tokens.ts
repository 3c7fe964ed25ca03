import { ScriptError } from './script-error.ts';

export type TokenKind =
  | 'word'
  | 'integer'
  | 'float'
  | 'string'
  | 'command'
  | 'code'
  | 'option'
  | 'address'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of strings, commands and code what stands between their marks. */
  readonly text: string;
  /** Of numbers. */
  readonly value: number;
  /** Where it begins. */
  readonly line: number;
}

/** What a place in the source may begin with; the first that fits is taken. */
const FORMS: readonly (readonly [TokenKind | 'blank', RegExp])[] = [
  ['blank', /[ \t\r\n]+|\/\/[^\n]*|\/\*[^]*?\*\//y],
  ['code', /%\{([^]*?)\}%/y],
  ['command', /`((?:\\[^]|[^`\\])*)`/y],
  ['string', /"((?:\\[^]|[^"\\])*)"/y],
  ['option', /--([A-Za-z0-9_]+)/y],
  ['address', /\d{1,3}(?:\.\d{1,3}){3}(?![.\d])/y],
  // With two colons on end or seven in all: a range of sequence numbers has one (RFC 4291 §2.2).
  ['address', /(?=[0-9a-fA-F:]*::|(?:[0-9a-fA-F]{1,4}:){7})[0-9a-fA-F:]+(?:\.\d{1,3}){0,3}/y],
  ['symbol', /\.\.\./y],
  ['float', /-?\d*\.\d+(?![A-Za-z0-9_])/y],
  ['integer', /0x[0-9a-fA-F]+(?![A-Za-z0-9_])|-?\d+(?![A-Za-z0-9_])/y],
  ['word', /[A-Za-z0-9_]+/y],
  ['symbol', /[^ \t\r\n]/y],
];

/** The source in pieces, comments and blanks left out, with an `end` after the last. */
export const tokensOf = (source: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  while (at < source.length) {
    const [kind, match] = pieceAt(source, at, line);
    const [whole, inner] = match;
    if (kind !== 'blank') tokens.push({ kind, text: inner ?? whole, value: Number(whole), line });
    at += whole.length;
    line += newlinesIn(whole);
  }
  tokens.push({ kind: 'end', text: 'the end of the script', value: 0, line });
  return tokens;
};

const pieceAt = (
  source: string,
  at: number,
  line: number,
): readonly [TokenKind | 'blank', RegExpExecArray] => {
  for (const [kind, form] of FORMS) {
    form.lastIndex = at;
    const match = form.exec(source);
    if (match !== null) return [kind, match];
  }
  throw new ScriptError(line, `cannot read on at '${source.slice(at, at + 20)}'`);
};

const newlinesIn = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
};
