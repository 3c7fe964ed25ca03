/** Bytes of text that share one buffer. */
const CHUNK = 1 << 20;
/** Bytes that a UTF-16 code unit becomes at most. */
const WIDEST = 3;

/**
 * Cells of text in UTF-8, side by side in few buffers: thousands of strings that become bytes one by
 * one, each in a buffer of its own, are most of a table's work.
 */
export class Utf8Cells {
  private readonly encoder = new TextEncoder();
  private chunk = new Uint8Array(0);
  private used = 0;

  /** The bytes of a cell that is given in up to three pieces. */
  add(head: string, middle = '', tail = ''): Uint8Array {
    const most = WIDEST * (head.length + middle.length + tail.length);
    if (this.used + most > this.chunk.length) this.begin(most);
    const from = this.used;
    this.append(head);
    if (middle !== '') this.append(middle);
    if (tail !== '') this.append(tail);
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
