/** Words of 32 bits, written one record after another into one array that grows. */
export class WordLog {
  words = new Int32Array(1 << 12);
  length = 0;

  /** Place of so many further words; a reference to `words` from before may be out of date. */
  take(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.words.length) {
      const words = new Int32Array(Math.max(this.length, this.words.length * 2));
      words.set(this.words);
      this.words = words;
    }
    return at;
  }

  get written(): Int32Array {
    return this.words.subarray(0, this.length);
  }
}
