/** What a script says cannot be followed: the parser's own way out, turned into a value at its border. */
export class ScriptError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'ScriptError';
    this.line = line;
  }
}
