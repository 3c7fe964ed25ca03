import type { CallAction, Expression, Field } from './script.ts';
import type { TokenReader } from './token-reader.ts';

/** `name(args) = result errno (note)`. */
export const parseCall = (reader: TokenReader, untilMs: number | undefined): CallAction => {
  const name = reader.expect('word', 'the name of a system call').text;
  reader.expectSymbol('(');
  const args = parseList(reader, ')');
  reader.expectSymbol('=');
  const result = parseExpression(reader);
  const errno = reader.isAt('word') ? reader.take().text : undefined;
  skipNote(reader);
  return { kind: 'call', untilMs, name, args, result, errno };
};

/** `(Connection refused)`, for people. */
const skipNote = (reader: TokenReader): void => {
  if (!reader.passes('(')) return;
  while (!reader.passes(')')) {
    if (reader.isAt('end')) reader.fail("')'");
    reader.take();
  }
};

const parseList = (reader: TokenReader, close: string): Expression[] => {
  const items: Expression[] = [];
  if (reader.passes(close)) return items;
  do items.push(parseExpression(reader));
  while (reader.passes(','));
  reader.expectSymbol(close);
  return items;
};

const parseExpression = (reader: TokenReader): Expression => {
  const parts = [parseOperand(reader)];
  while (reader.passes('|')) parts.push(parseOperand(reader));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'or', parts };
};

const parseOperand = (reader: TokenReader): Expression => {
  if (reader.passes('...')) return { kind: 'any' };
  if (reader.isAt('integer')) return { kind: 'integer', value: reader.take().value };
  if (reader.isAt('string')) return parseString(reader);
  if (reader.passes('[')) return { kind: 'list', items: parseList(reader, ']') };
  if (reader.passes('{')) return { kind: 'struct', fields: parseFields(reader) };
  return parseWord(reader);
};

/** Strings that follow one another are one; `"abc"...` is the beginning of a longer one. */
const parseString = (reader: TokenReader): Expression => {
  let text = '';
  while (reader.isAt('string')) text += unescape(reader.take().text);
  reader.passes('...');
  return { kind: 'string', text };
};

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', 0: '\0' };

const unescape = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|([^]))/g, (_, hex: string | undefined, one: string) =>
    hex === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  );

const parseWord = (reader: TokenReader): Expression => {
  const name = reader.expect('word', 'a value').text;
  if (!reader.passes('(')) return { kind: 'word', name };
  return { kind: 'apply', name, args: parseList(reader, ')') };
};

/** `name=value`, `name(length)=value` or a bare value, apart by commas. */
const parseFields = (reader: TokenReader): Field[] => {
  const fields: Field[] = [];
  if (reader.passes('}')) return fields;
  do fields.push(parseField(reader));
  while (reader.passes(','));
  reader.expectSymbol('}');
  return fields;
};

const parseField = (reader: TokenReader): Field => {
  const value = parseExpression(reader);
  if (!reader.passes('=')) return { name: undefined, value };
  const isNamed = value.kind === 'word' || value.kind === 'apply';
  return { name: isNamed ? value.name : undefined, value: parseExpression(reader) };
};
