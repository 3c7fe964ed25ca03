import type { CauseId } from '../ids.ts';
import type { Text } from '../text.ts';

/**
 * What ended, or kept from starting, the connection behind an error text, as far as its wording
 * fixes it.
 * - `reset`: an RST for this connection reached this machine.
 * - `fin`: the other end closed with a plain FIN; the error alone is no sign of an RST.
 * - `either`: the same words stand for a FIN and for an RST.
 * - `refused`: the SYN was refused, by RST,ACK or by an ICMP error.
 * - `silence`: nothing came, and somebody's timer ran out.
 * - `local`: this machine ended it by itself.
 * - `above-tcp`: a message of TLS, HTTP/2 or HTTP ended it; TCP was in order.
 */
export type WireEnd = 'reset' | 'fin' | 'either' | 'refused' | 'silence' | 'local' | 'above-tcp';

/** One wording that a program prints when a connection breaks. */
export interface ErrorText {
  /** Kebab-case, unique; a name for tests and for the JSON. */
  readonly id: string;
  /** The program and its words, as people would search for them. */
  readonly name: string;
  /** Without the flags g and y, and with bounded repetition only. */
  readonly pattern: RegExp;
  readonly wire: WireEnd;
  /** What happened on the wire. */
  readonly happened: Text;
  /** Causes of the catalogue that end in these words, the likeliest first. */
  readonly canMean: readonly CauseId[];
  /** What people wrongly take it for. */
  readonly cannotMean: readonly Text[];
  /** The capture to take next; `{port}` is filled in from the pasted text where it names one. */
  readonly next: Text;
  /** What else is worth knowing of this wording. */
  readonly more?: Text;
  /** The code that this error carries beside its words: the same code, bare, is no second find. */
  readonly code?: string;
  /** Only a bare code: dropped when another match carries the same code. */
  readonly bareCode?: true;
  /** Says only that something failed; the words that tell are inside or beside it. */
  readonly wrapper?: true;
}
