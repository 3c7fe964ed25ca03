import type { Language } from '../causes/text.ts';
import type { Verdict } from '../forensics/verdict.ts';
import { JsonRows } from '../report/json.ts';

/** Bytes of text that share one buffer. */
const CHUNK = 1 << 20;
/** Bytes that a UTF-16 code unit becomes at most. */
const WIDEST = 3;

/**
 * The row of `explain --json` of each verdict, without its line feed, in UTF-8: side by side in few
 * buffers, since thousands of strings that become bytes one by one are most of a table's work.
 */
export const jsonRows = (verdicts: readonly Verdict[], language: Language): Uint8Array[] => {
  const rows = new JsonRows(language);
  const text = new Utf8Rows();
  return verdicts.map((verdict) =>
    text.row(rows.head(verdict), rows.advice(verdict), rows.tail(verdict).trimEnd()),
  );
};

class Utf8Rows {
  private readonly encoder = new TextEncoder();
  private chunk = new Uint8Array(CHUNK);
  private used = 0;

  /** Its parts one after another. */
  row(head: string, middle: string, tail: string): Uint8Array {
    const most = WIDEST * (head.length + middle.length + tail.length);
    if (this.used + most > this.chunk.length) this.begin(most);
    const from = this.used;
    this.append(head);
    this.append(middle);
    this.append(tail);
    return this.chunk.subarray(from, this.used);
  }

  private begin(most: number): void {
    this.chunk = new Uint8Array(Math.max(CHUNK, most));
    this.used = 0;
  }

  private append(text: string): void {
    this.used += this.encoder.encodeInto(text, this.chunk.subarray(this.used)).written;
  }
}
