import type { Progress } from '../reading/operator.ts';
import { grouped } from '../report/numbers.ts';

/** Silence before the first word, and between two. */
const FIRST_MS = 1000;
const EVERY_MS = 100;

/**
 * One line on a terminal's standard error while a capture is read: how far, how fast, how long yet.
 * Short work never shows it, and it is gone before anything else is printed.
 */
export class ProgressLine implements Progress {
  readonly #label: string;
  readonly #totalBytes: number | undefined;
  readonly #startMs = performance.now();
  readonly #visible = process.stderr.isTTY;
  #shownMs = 0;
  #bytes = 0;
  #packets = 0;
  #shown = false;

  /** @param totalBytes over all passes; undefined on a stream. */
  constructor(label: string, totalBytes: number | undefined) {
    this.#label = label;
    this.#totalBytes = totalBytes;
  }

  advance(bytes: number, packets: number): void {
    this.#bytes += bytes;
    this.#packets += packets;
    if (!this.#visible) return;
    const now = performance.now();
    if (now - this.#startMs < FIRST_MS || now - this.#shownMs < EVERY_MS) return;
    this.#shownMs = now;
    this.#shown = true;
    const line = `${this.#label}: ${this.text((now - this.#startMs) / 1000)}`;
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  /** The line's text after so many seconds. */
  text(seconds: number): string {
    const rate =
      `${grouped(Math.round(this.#bytes / seconds / 1e6))} MB/s, ` +
      `${grouped(Math.round(this.#packets / seconds))} packets/s`;
    if (this.#totalBytes === undefined) {
      return `${grouped(Math.round(this.#bytes / 1e6))} MB, ${rate}`;
    }
    const part = Math.min(1, this.#bytes / Math.max(1, this.#totalBytes));
    const left = part > 0 ? Math.ceil((seconds * (1 - part)) / part) : 0;
    return `${Math.floor(part * 100)} %, ${rate}, ${left} s left`;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) process.stderr.write('\r\u001b[2K');
    this.#shown = false;
  }
}
