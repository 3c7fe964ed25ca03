/** What a script found. */
export type Verdict = Pass | Failure | Lack;

export interface Pass {
  readonly verdict: 'pass';
}

/** The host did something else than the script says. */
export interface Failure {
  readonly verdict: 'fail';
  readonly line: number;
  /** One sentence without the final stop. */
  readonly why: string;
  /** What was to come and what came, packets as packetdrill writes them. */
  readonly expected?: string;
  readonly actual?: string;
  /** All lines were fulfilled, and then a packet left that no line speaks of. */
  readonly beyond?: true;
}

/** The script needs something that is not there. */
export interface Lack {
  readonly verdict: 'unsupported';
  readonly line: number;
  readonly construct: string;
}

export const PASS: Pass = { verdict: 'pass' };

export const lack = (line: number, construct: string): Lack => ({
  verdict: 'unsupported',
  line,
  construct,
});

export const failure = (
  line: number,
  why: string,
  expected?: string,
  actual?: string,
): Failure => ({
  verdict: 'fail',
  line,
  why,
  ...(expected === undefined ? {} : { expected }),
  ...(actual === undefined ? {} : { actual }),
});
