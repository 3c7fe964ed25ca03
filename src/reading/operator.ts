/** Is told how far a reading is. */
export interface Progress {
  /** So many more bytes were read, with so many packets in them. */
  advance(bytes: number, packets: number): void;
  end(): void;
}

/** An early end, with what was found so far, for which somebody may ask. */
export interface Interruption {
  readonly asked: boolean;
  /** Whom to wake, besides setting `asked`: one at a time. */
  wake(onAsked: (() => void) | undefined): void;
}

/** Whoever has captures read, and may be watching. */
export interface Operator {
  readonly interrupt: Interruption;
  /** `totalBytes`: over all passes; undefined on a stream. */
  readonly progressOf: (label: string, totalBytes: number | undefined) => Progress;
}

const nothing = (): void => {};

/** Nobody is watching, and nobody asks for an early end. */
export const UNATTENDED: Operator = {
  interrupt: { asked: false, wake: nothing },
  progressOf: () => ({ advance: nothing, end: nothing }),
};
