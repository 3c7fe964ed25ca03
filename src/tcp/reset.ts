import type { RstReason } from '../causes/cause.ts';
import type { CauseId } from '../causes/ids.ts';
import { ACK, RST } from '../wire/packet.ts';
import { Segment } from '../wire/segment.ts';
import { add, after, distance } from '../wire/sequence.ts';
import type { Connection } from './connection.ts';
import { mostBlocks } from './departure.ts';
import { RULINGS, type Shape } from './reset-rules.ts';
import type { Rule } from './reset-event.ts';
import { tsvalAt } from './timestamp.ts';
import { advertiseWindow } from './window.ts';

/** Known to `resetFor` alone: without it there is no reset. */
const MINT = Symbol('the only mint of resets');

const NO_BLOCKS: readonly number[] = [];

interface Numbers {
  readonly seq: number;
  /** Absent: the reset has no ACK flag. */
  readonly ack?: number;
  /** As in the header, unscaled. */
  readonly window?: number;
  readonly tsval?: number;
  readonly tsecr?: number;
  /** Edges of SACK blocks, two each. */
  readonly sack?: readonly number[];
}

/** A segment with RST, and why. The class is not exported as a value: `resetFor` makes them all. */
class Reset {
  /** No object literal has it, so nothing else passes for a reset. */
  readonly #minted = true;
  readonly cause: CauseId;
  readonly linuxReason: RstReason;
  readonly shape: Shape;
  /** Signed 32-bit integers, 0 without ACK. */
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly hasTimestamps: boolean;
  readonly tsval: number;
  readonly tsecr: number;
  readonly sack: readonly number[];

  constructor(
    mint: typeof MINT,
    cause: CauseId,
    linuxReason: RstReason,
    shape: Shape,
    numbers: Numbers,
  ) {
    if (mint !== MINT) throw new Error('a reset is made by resetFor, with its cause');
    this.cause = cause;
    this.linuxReason = linuxReason;
    this.shape = shape;
    this.seq = numbers.seq | 0;
    this.ack = (numbers.ack ?? 0) | 0;
    this.flags = numbers.ack === undefined ? RST : RST | ACK;
    this.window = numbers.window ?? 0;
    this.hasTimestamps = numbers.tsval !== undefined;
    this.tsval = numbers.tsval ?? 0;
    this.tsecr = numbers.tsecr ?? 0;
    this.sack = numbers.sack ?? NO_BLOCKS;
  }

  /** True of every one that the mint made. */
  get isMinted(): boolean {
    return this.#minted;
  }
}

export type { Reset };

/** What the reset is made from; this fixes its numbers. */
export type ResetSource =
  /** A connection's own reset: RST,ACK at SND.NXT with a live window (tcp_send_active_reset). */
  | { readonly from: Connection; readonly now: number }
  /** The answer to a segment (RFC 9293 §3.10.7.1, tcp_v4_send_reset). */
  | { readonly answering: Segment }
  /** A request that is given up: RST,ACK with the numbers of its SYN,ACK taken as received. */
  | { readonly halfOpen: Required<Pick<Numbers, 'seq' | 'ack' | 'window'>> }
  /** What is left of a connection: RST,ACK with its numbers, as of a connection itself. */
  | { readonly timeWait: Numbers }
  /** A reset in somebody else's name, with whatever numbers he chose. */
  | { readonly forged: Numbers };

/**
 * The only mint of a reset. `reason` is what Linux would print where that is not the usual one.
 * Throws where the cause may not send such a reset at all, and for a reset in answer to a reset
 * (RFC 9293 §3.10.7.1: it would never end).
 */
export const resetFor = (cause: CauseId, source: ResetSource, reason?: RstReason): Reset => {
  const shape = shapeOf(source);
  const ruling = RULINGS[cause];
  if (ruling === undefined || !ruling.shapes.includes(shape)) {
    throw new Error(`${cause} makes no ${shape} reset`);
  }
  const linuxReason = reason ?? ruling.reasons[0];
  if (!ruling.reasons.includes(linuxReason)) {
    throw new Error(`Linux does not print ${linuxReason} for ${cause}`);
  }
  return new Reset(MINT, cause, linuxReason, shape, numbersOf(source));
};

/** Where to read why this cause resets; throws for a cause that never does. */
export const ruleOf = (cause: CauseId): Rule => {
  const ruling = RULINGS[cause];
  if (ruling === undefined) throw new Error(`${cause} makes no reset`);
  return ruling.rule;
};

const shapeOf = (source: ResetSource): Shape => {
  if ('from' in source) return 'active';
  if ('answering' in source) return 'reply';
  if ('halfOpen' in source) return 'half-open';
  return 'timeWait' in source ? 'time-wait' : 'forged';
};

const numbersOf = (source: ResetSource): Numbers => {
  if ('from' in source) return activeNumbers(source.from, source.now);
  if ('answering' in source) return replyNumbers(source.answering);
  if ('halfOpen' in source) return source.halfOpen;
  return 'timeWait' in source ? source.timeWait : source.forged;
};

const activeNumbers = (c: Connection, now: number): Numbers => {
  const window = advertiseWindow(c);
  const numbers = { seq: acceptableSeq(c), ack: c.rcvNxt, window, sack: blocksOf(c) };
  if (!c.timestamps) return numbers;
  return { ...numbers, tsval: tsvalAt(c.tsOffset, now), tsecr: c.tsRecent };
};

/** It tells of what came out of order, as any segment does (tcp_established_options). */
const blocksOf = (c: Connection): readonly number[] => {
  if (c.reassembly === undefined || !c.sackPermitted) return NO_BLOCKS;
  const segment = new Segment();
  c.reassembly.tell(segment, mostBlocks(c));
  return Array.from(segment.sack.subarray(0, 2 * segment.sackBlocks));
};

const replyNumbers = (segment: Segment): Numbers => {
  if ((segment.flags & RST) !== 0) throw new Error('a reset is never answered with a reset');
  if ((segment.flags & ACK) !== 0) return { seq: segment.ack };
  return { seq: 0, ack: add(segment.seq, segment.length) };
};

/**
 * SND.NXT, or the right edge of the peer's window where that lies further left by more than the
 * window's scale rounds off: what the peer holds for acceptable (tcp_acceptable_seq).
 */
export const acceptableSeq = (c: Connection): number => {
  const edge = add(c.sndUna, c.sndWnd);
  if (!after(c.sndNxt, edge)) return c.sndNxt;
  const rounding = c.windowScaling ? 2 ** c.rcvWndScale : 0;
  return distance(c.sndNxt, edge) < rounding ? c.sndNxt : edge;
};
