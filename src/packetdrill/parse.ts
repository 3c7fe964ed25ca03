import { resolveConditions } from './conditions.ts';
import { parseCall } from './parse-call.ts';
import { parsePacket } from './parse-packet.ts';
import type { Action, Script, ScriptEvent, ScriptOption, When } from './script.ts';
import { ScriptError } from './script-error.ts';
import { TokenReader } from './token-reader.ts';
import { type Token, tokensOf } from './tokens.ts';

/** Why a script cannot be read. */
export interface SyntaxProblem {
  readonly line: number;
  readonly problem: string;
}

/** Reads a script; `defined`: the names that `#ifdef` finds. */
export const parseScript = (
  source: string,
  defined: ReadonlySet<string> = new Set(),
): Script | SyntaxProblem => {
  try {
    return parse(resolveConditions(source, defined));
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { line: error.line, problem: error.message };
  }
};

const parse = (source: string): Script => {
  const tokens = tokensOf(source);
  const reader = new TokenReader(tokens, definesOf(tokens));
  const options: ScriptOption[] = [];
  while (reader.isAt('option')) options.push(parseOption(reader));
  const init = reader.isAt('command') ? reader.take().text : undefined;
  const events: ScriptEvent[] = [];
  while (!reader.isAt('end') && !isAtCleanup(reader)) events.push(parseEvent(reader));
  return { options, init, events };
};

/** A last command without a time, which tidies up what the first one did. */
const isAtCleanup = (reader: TokenReader): boolean =>
  reader.isAt('command') && reader.peek(1).kind === 'end';

/** `--define=NAME=VALUE`. */
const definesOf = (tokens: readonly Token[]): ReadonlyMap<string, Token> => {
  const defines = new Map<string, Token>();
  tokens.forEach((token, at) => {
    if (token.kind !== 'option' || token.text !== 'define') return;
    const [name, value] = [tokens[at + 2], tokens[at + 4]];
    if (name !== undefined && value !== undefined) defines.set(name.text, value);
  });
  return defines;
};

const parseOption = (reader: TokenReader): ScriptOption => {
  const { text: name, line } = reader.take();
  const words: string[] = [];
  while (reader.passes('=')) words.push(reader.take().text);
  // What follows a value on its line belongs to it: `tcp:9899:9899`.
  while (words.length > 0 && reader.next.line === line && !reader.isAt('option')) {
    words.push(reader.take().text);
  }
  return { name, line, value: words.join('') };
};

const parseEvent = (reader: TokenReader): ScriptEvent => {
  const { line } = reader.next;
  const when = parseWhen(reader);
  const untilMs = reader.passes('...') ? parseTime(reader) : undefined;
  const action = parseAction(reader, untilMs);
  mayHappenThen(when, action, line);
  return { line, when, action };
};

const parseWhen = (reader: TokenReader): When => {
  if (reader.passes('*')) return { kind: 'any' };
  const relative = reader.passes('+');
  const atMs = parseTime(reader);
  if (!reader.passes('~')) return { kind: relative ? 'relative' : 'absolute', atMs };
  if (relative) reader.expectSymbol('+');
  return { kind: 'range', relative, fromMs: atMs, untilMs: parseTime(reader) };
};

/** Seconds, as milliseconds of whole microseconds. */
const parseTime = (reader: TokenReader): number => {
  if (!reader.isAt('float') && !reader.isAt('integer')) reader.fail('a time');
  const { value, line } = reader.take();
  if (value < 0) throw new ScriptError(line, `time ${value} is before the beginning`);
  return Math.round(value * 1e6) / 1000;
};

const parseAction = (reader: TokenReader, untilMs: number | undefined): Action => {
  if (reader.isAt('command')) return { kind: 'command', command: reader.take().text };
  if (reader.isAt('code')) return { kind: 'code', code: reader.take().text };
  if (reader.isAt('symbol', '<') || reader.isAt('symbol', '>')) return parsePacket(reader);
  return parseCall(reader, untilMs);
};

const mayHappenThen = (when: When, action: Action, line: number): void => {
  const isOpen = when.kind === 'any' || when.kind === 'range';
  const isOutbound = 'direction' in action && action.direction === 'out';
  if (isOpen && !isOutbound && action.kind !== 'unsupported') {
    throw new ScriptError(line, 'only packets that leave can come at a time left open');
  }
  if (when.kind === 'range' && when.untilMs < when.fromMs) {
    throw new ScriptError(line, 'the range of time ends before it begins');
  }
};
