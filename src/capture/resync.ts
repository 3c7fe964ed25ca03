import type { Delivery } from './delivery.ts';
import { bytesText } from './format.ts';
import type { ProblemCode } from './problem.ts';

/** What makes a record of a format recognisable in the middle of anything. */
export interface RecordShape {
  /** Bytes that `lengthAt` may look at without asking. */
  readonly headerLength: number;
  /**
   * Length of the record that would begin at `at`, 0 if none can. `to` ends what is there; a record
   * may end beyond it. `before`: where the record before it in the chain began, -1 if it is the first.
   */
  lengthAt(view: DataView, at: number, to: number, before: number): number;
}

/** So many records in a row are no accident. */
const CHAIN = 3;
/** Bytes looked through for one place where reading can go on. */
const LONGEST_SEARCH = 64 * 1024 * 1024;
/** Asked for at a time, so that a search through small pieces stays linear. */
const STRIDE = 64 * 1024;

const FOUND = 1;
const NOT_HERE = 0;
const TOO_SHORT = -1;

interface Loss {
  readonly code: ProblemCode;
  readonly offset: number;
  readonly message: string;
}

/** After a record that cannot be true: looks for the place where true records begin again. */
export class Resynchronisation {
  /** Bytes wanted before the search can go on. */
  need = 0;
  private readonly delivery: Delivery;
  private readonly shape: RecordShape;
  private loss: Loss | undefined = undefined;

  constructor(delivery: Delivery, shape: RecordShape) {
    this.delivery = delivery;
    this.shape = shape;
  }

  get searching(): boolean {
    return this.loss !== undefined;
  }

  /** Reading lost its way at the record that begins at `offset` of the capture. */
  lose(code: ProblemCode, offset: number, message: string): void {
    this.loss = { code, offset, message };
  }

  /**
   * Searches from `from` on. Returns where reading goes on; while `searching` still holds (or the
   * delivery stopped, for want of any such place), where the search itself goes on.
   */
  search(view: DataView, from: number, to: number, base: number, last: boolean): number {
    const { loss } = this;
    if (loss === undefined) return from;
    const limit = Math.min(to, loss.offset + LONGEST_SEARCH - base);
    let at = base + from === loss.offset ? from + 1 : from;
    for (; at < limit; at += 1) {
      const chain = this.chainAt(view, at, to, last);
      if (chain === FOUND) return this.found(loss, at, base);
      if (chain === TOO_SHORT) break;
    }
    if (last || base + at >= loss.offset + LONGEST_SEARCH) {
      this.loss = undefined;
      const message = `${loss.message}, and no packet can be recognised after it`;
      this.delivery.fail(loss.code, loss.offset, message);
    }
    this.need = to - at + STRIDE;
    return Math.min(at, to);
  }

  private found(loss: Loss, at: number, base: number): number {
    const skipped = base + at - loss.offset;
    this.loss = undefined;
    this.delivery.problem(loss.code, loss.offset, `${loss.message}; skipped ${bytesText(skipped)}`);
    return at;
  }

  private chainAt(view: DataView, start: number, to: number, last: boolean): number {
    let at = start;
    let before = -1;
    for (let count = 0; count < CHAIN; count += 1) {
      if (at + this.shape.headerLength > to) return last ? endOfChain(count, at === to) : TOO_SHORT;
      const length = this.shape.lengthAt(view, at, to, before);
      if (length === 0) return NOT_HERE;
      before = at;
      at += length;
    }
    if (at <= to) return FOUND;
    return last ? FOUND : TOO_SHORT;
  }
}

/** At the very end a shorter chain must do, if it ends just there or only its last record is cut. */
const endOfChain = (count: number, exactly: boolean): number =>
  (exactly && count >= 1) || count >= 2 ? FOUND : NOT_HERE;
