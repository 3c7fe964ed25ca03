import type { OtherEndFacts } from '../../causes/evidence.ts';
import { RST, SYN } from '../../wire/packet.ts';
import type { Side } from '../story.ts';
import { atClient, atServer, type ClockRelation, relateClocks } from './clocks.ts';
import { join } from './join.ts';
import { type End, OTHER_END, Pair } from './pair.ts';
import type { Tape } from './tape.ts';

/** What is known of a capture besides its packets. */
export interface CaptureQuality {
  /** Packets that it had no room for, if it says so; undefined: it does not say. */
  readonly dropped: number | undefined;
  /** Until when it listened, in milliseconds since 1970, if it says so. */
  readonly untilMs: number | undefined;
}

/** What one end's capture has of what the other end's host, or the other capture, saw of its host. */
export interface Losses {
  /** Segments of this end's host that the other capture has, and how many this one has not. */
  readonly compared: number;
  readonly missing: number;
}

/** Two clocks are not asked for less than this. */
const MOMENT_MS = 2;
/** So many segments without a loss, and a capture is believed to lose nothing. */
const MANY = 200;

/** Two captures of one path, held against each other. */
export class Witness {
  readonly clocks: ClockRelation | undefined;
  readonly losses: Readonly<Record<End, Losses>>;
  readonly pairs: readonly Pair[];
  private readonly tapes: Readonly<Record<End, Tape>>;
  private readonly quality: Readonly<Record<End, CaptureQuality>>;
  private readonly strayResets: Readonly<Record<End, ReadonlyMap<string, number>>>;
  private readonly pairOf: Readonly<Record<End, ReadonlyMap<number, Pair>>>;

  constructor(tapes: Readonly<Record<End, Tape>>, quality: Readonly<Record<End, CaptureQuality>>) {
    this.tapes = tapes;
    this.quality = quality;
    const { client, server } = tapes;
    const canTell = !client.overflowed && !server.overflowed;
    this.pairs = canTell
      ? join(client, server).map((joined) => new Pair(joined, client, server))
      : [];
    this.clocks = relateClocks(this.pairs.flatMap((pair) => [...pair.crossings()]));
    this.pairOf = {
      client: new Map(this.pairs.map((pair) => [pair.connection('client').index, pair])),
      server: new Map(this.pairs.map((pair) => [pair.connection('server').index, pair])),
    };
    this.strayResets = { client: this.straysOf('client'), server: this.straysOf('server') };
    this.losses = { client: this.lossesOf('client'), server: this.lossesOf('server') };
  }

  /** Where a reset of one capture is in the other: its frame; undefined: it is not there. */
  frameThere(end: End, frame: number): number | undefined {
    const at = this.tapes[end].indexOf(frame);
    const there = at < 0 ? -1 : (this.pairAt(end, at)?.resetThere(end, at) ?? -1);
    return there < 0 ? undefined : this.tapes[OTHER_END[end]].frame[there];
  }

  /** The connection of a frame, by its place in the capture's own list; undefined: none. */
  connectionAt(end: End, frame: number): number | undefined {
    const at = this.tapes[end].indexOf(frame);
    return at < 0 ? undefined : this.tapes[end].connection[at];
  }

  /** The same in the other capture. */
  connectionThere(end: End, frame: number): number | undefined {
    const at = this.tapes[end].indexOf(frame);
    const pair = at < 0 ? undefined : this.pairAt(end, at);
    return pair?.connection(OTHER_END[end]).index;
  }

  /** Whether the host of whoever sent a frame is at this end; undefined: nobody knows. */
  isSentHere(end: End, frame: number): boolean | undefined {
    const at = this.tapes[end].indexOf(frame);
    const pair = at < 0 ? undefined : this.pairAt(end, at);
    return pair && pair.endOf(end, this.sideAt(end, at)) === end;
  }

  /** What the other capture says of a reset in this one; undefined: it does not have the connection. */
  onReset(end: End, frame: number, triggerFrame: number | undefined): OtherEndFacts | undefined {
    const at = this.tapes[end].indexOf(frame);
    const pair = at < 0 ? undefined : this.pairAt(end, at);
    if (pair === undefined || this.clocks === undefined) return undefined;
    const isSender = pair.endOf(end, this.sideAt(end, at)) === end;
    const there = pair.resetThere(end, at);
    const frameThere = there < 0 ? undefined : this.tapes[OTHER_END[end]].frame[there];
    const facts = { frameThere, wentOnFrame: undefined, triggerArrived: undefined };
    if (isSender) {
      const arrived =
        there >= 0 ? 'yes' : this.listened(OTHER_END[end], end, at) ? 'missing' : 'unknown';
      return { vantage: 'sender', sent: 'yes', arrived, ...facts };
    }
    const common = { vantage: 'receiver', arrived: 'yes' } as const;
    if (there >= 0) return { ...common, sent: 'yes', ...facts };
    const elsewhere = this.elsewhere(end, at);
    if (elsewhere !== undefined) {
      return { ...common, sent: 'yes', ...facts, frameThere: elsewhere };
    }
    return { ...common, ...facts, ...this.absence(pair, end, at, triggerFrame) };
  }

  /** The same reset under other addresses, where a translation was forgotten: its frame. */
  private elsewhere(end: End, at: number): number | undefined {
    const there = OTHER_END[end];
    const other = this.strayResets[there].get(resetName(this.tapes[end], at));
    return other === undefined ? undefined : this.tapes[there].frame[other];
  }

  /** Resets of connections that only this capture has. */
  private straysOf(end: End): ReadonlyMap<string, number> {
    const tape = this.tapes[end];
    const strays = new Map<string, number>();
    for (let at = 0; at < tape.length; at += 1) {
      const isReset = (tape.flags[at] & RST) !== 0;
      if (isReset && !this.pairOf[end].has(tape.connection[at]))
        strays.set(resetName(tape, at), at);
    }
    return strays;
  }

  /** The sender's capture does not have the reset: did it not send it, or did the capture miss it? */
  private absence(
    pair: Pair,
    end: End,
    at: number,
    triggerFrame: number | undefined,
  ): Pick<OtherEndFacts, 'sent' | 'wentOnFrame' | 'triggerArrived'> {
    const there = OTHER_END[end];
    const wentOn = this.wentOn(pair, end, at);
    const wentOnFrame = wentOn < 0 ? undefined : this.tapes[there].frame[wentOn];
    const triggerArrived = this.arrived(pair, end, triggerFrame);
    const known = { wentOnFrame, triggerArrived };
    if (wentOnFrame !== undefined) return { ...known, sent: 'no' };
    if (!this.listened(there, end, at)) return { ...known, sent: 'unknown' };
    const { compared, missing } = this.losses[there];
    const isWhole = this.quality[there].dropped === 0;
    const isProved = isWhole || (compared >= MANY && triggerArrived === false);
    return { ...known, sent: missing === 0 && isProved ? 'no' : 'missing' };
  }

  /**
   * A segment that the host sent on this connection after the reset in its name had arrived at the
   * other end; -1: none. One that is still opening may well reset a segment and go on.
   */
  private wentOn(pair: Pair, end: End, at: number): number {
    const there = OTHER_END[end];
    const tape = this.tapes[there];
    const side = pair.sideThere(end, this.sideAt(end, at));
    const resetMs = this.mapped(end, this.tapes[end].ms[at]);
    const marginMs = (this.clocks?.plusMinusMs ?? 0) + MOMENT_MS;
    let wasOpen = false;
    for (const other of tape.segmentsOf(pair.connection(there))) {
      const flags = tape.flags[other];
      if (tape.side[other] !== side || (flags & (SYN | RST)) !== 0) continue;
      const ms = tape.ms[other];
      if (ms < resetMs - marginMs) wasOpen = true;
      else if (wasOpen && ms > resetMs + marginMs) return other;
    }
    return -1;
  }

  private arrived(pair: Pair, end: End, triggerFrame: number | undefined): boolean | undefined {
    const at = triggerFrame === undefined ? -1 : this.tapes[end].indexOf(triggerFrame);
    if (at < 0) return undefined;
    if (pair.isThere(end, at)) return true;
    return this.losses[OTHER_END[end]].missing === 0 ? false : undefined;
  }

  /** Whether a capture was listening at the moment of a segment of the other one. */
  private listened(there: End, end: End, at: number): boolean {
    const tape = this.tapes[there];
    const ms = this.mapped(end, this.tapes[end].ms[at]);
    const marginMs = (this.clocks?.plusMinusMs ?? 0) + MOMENT_MS;
    const untilMs = this.quality[there].untilMs ?? tape.endMs;
    return ms - marginMs > tape.beginMs && ms + marginMs < untilMs;
  }

  /** A moment of one end's clock by the other's. */
  private mapped(end: End, ms: number): number {
    if (this.clocks === undefined) return ms;
    return end === 'client' ? atServer(this.clocks, ms) : atClient(this.clocks, ms);
  }

  private lossesOf(end: End): Losses {
    const other = OTHER_END[end];
    const from = this.mapped(end, this.tapes[end].beginMs) + MOMENT_MS;
    const to = this.mapped(end, this.tapes[end].endMs) - MOMENT_MS;
    let compared = 0;
    let missing = 0;
    for (const pair of this.pairs) {
      const { all, only } = pair.onlyIn(other, end, [from, to]);
      compared += all;
      missing += only;
    }
    return { compared, missing };
  }

  private pairAt(end: End, at: number): Pair | undefined {
    return this.pairOf[end].get(this.tapes[end].connection[at]);
  }

  private sideAt(end: End, at: number): Side {
    return this.tapes[end].side[at] as Side;
  }
}

const resetName = (tape: Tape, at: number): string =>
  `${tape.seq[at]} ${tape.ack[at]} ${tape.flags[at]}`;
