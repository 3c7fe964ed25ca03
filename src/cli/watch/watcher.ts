import type { CaptureVisitor } from '../../capture/transcript.ts';
import { CaptureReader } from '../../capture/reader.ts';
import type { CauseId } from '../../causes/ids.ts';
import { Investigation } from '../../forensics/investigation.ts';
import type { Summary, Verdict } from '../../forensics/verdict.ts';
import type { WatchState, Watched } from '../../report/watch/state.ts';
import type { KernelMatch } from './kernel-match.ts';
import type { Saver } from './saver.ts';

/** A reset waits so long for what comes after it: a second one, or proof that nobody heeded it. */
const PATIENCE_SECONDS = 1;
/** A capture whose packets are younger than this is happening now, so that its clock goes on by itself. */
const LIVE_SECONDS = 10;
/** Verdicts that are remembered for a screen. */
const LAST = 200;
const MINUTE_MS = 60_000;
const RATE_OVER_MS = 2000;

/** Reads packets as they come, and tells each verdict when it is ripe. */
export class Watcher {
  private readonly source: string;
  private readonly tell: (watched: Watched) => void;
  private readonly kernel: KernelMatch | undefined;
  private readonly saver: Saver | undefined;
  private readonly investigation: Investigation;
  private readonly reader: CaptureReader;
  private readonly startedMs = performance.now();
  private readonly byCause = new Map<CauseId, number>();
  private last: Watched[] = [];
  private moments: number[] = [];
  private failures = 0;
  private resets = 0;
  private rate = { atMs: performance.now(), packets: 0, perSecond: 0 };

  constructor(
    source: string,
    mostConnections: number,
    kernel: KernelMatch | undefined,
    saver: Saver | undefined,
    tell: (watched: Watched) => void,
  ) {
    this.source = source;
    this.kernel = kernel;
    this.saver = saver;
    this.tell = tell;
    this.investigation = new Investigation({ patienceSeconds: PATIENCE_SECONDS, mostConnections });
    this.reader = new CaptureReader(this.visitor());
  }

  push(piece: Uint8Array): void {
    this.reader.push(piece);
    this.hearVerdicts();
  }

  /** Time has passed. */
  tick(): void {
    const { endSeconds } = this.reader.counts;
    const nowSeconds = Date.now() / 1000;
    const isLive = Math.abs(nowSeconds - endSeconds) < LIVE_SECONDS;
    if (isLive || this.kernel !== undefined) this.investigation.advance(nowSeconds);
    this.hearVerdicts();
  }

  /** What is still open is judged now; where somebody broke off, half a packet is no fault of the input. */
  conclude(isBrokenOff: boolean): Summary {
    if (!isBrokenOff) this.reader.end();
    this.kernel?.listen();
    const { counts, problems } = this.reader;
    const conclusion = this.investigation.conclude(counts, problems);
    for (const verdict of conclusion) this.hear(verdict);
    return conclusion.summary;
  }

  /** Nothing more can be read: what was wrong with the input. */
  get broken(): string | undefined {
    return this.reader.stopped ? this.reader.problems.at(-1)?.message : undefined;
  }

  get packets(): number {
    return this.reader.counts.packets;
  }

  /** `dropped`: as the capture says while it runs; else what stands in it counts. */
  state(dropped: number | undefined, kernelSilent: string | undefined): WatchState {
    const nowMs = performance.now();
    this.moments = this.moments.filter((atMs) => nowMs - atMs < MINUTE_MS);
    return {
      source: this.source,
      elapsedSeconds: (nowMs - this.startedMs) / 1000,
      packetsPerSecond: this.packetsPerSecond(nowMs),
      followed: this.investigation.followed,
      resets: this.resets,
      failures: this.failures,
      lastMinute: this.moments.length,
      byCause: this.byCause,
      last: this.last,
      dropped: dropped ?? this.droppedAsWritten,
      kernelSilent,
    };
  }

  private get droppedAsWritten(): number | undefined {
    const { dropped } = this.reader.counts;
    return dropped < 0 ? undefined : dropped;
  }

  private packetsPerSecond(nowMs: number): number {
    const { rate, packets } = this;
    if (nowMs - rate.atMs >= RATE_OVER_MS) {
      const perSecond = Math.round(((packets - rate.packets) * 1000) / (nowMs - rate.atMs));
      this.rate = { atMs: nowMs, packets, perSecond };
    }
    return this.rate.perSecond;
  }

  private visitor(): CaptureVisitor {
    const { investigation, saver } = this;
    const visitor: CaptureVisitor = {
      segment: (packet) => investigation.segment(packet),
      icmpError: (packet) => investigation.icmpError(packet),
    };
    if (saver === undefined) return visitor;
    return {
      ...visitor,
      carry: (packet, offset, captured, original, linkType) => {
        saver.keep(packet, offset, captured, original, linkType);
        if (packet.icmpType >= 0) investigation.icmpError(packet);
        else investigation.segment(packet);
      },
    };
  }

  private hearVerdicts(): void {
    this.kernel?.listen();
    for (const verdict of this.investigation.ripe()) this.hear(verdict);
  }

  private hear(verdict: Verdict): void {
    const watched = { verdict, kernel: this.kernel?.wordOn(verdict) };
    if (verdict.type === 'reset') this.resets += 1;
    else this.failures += 1;
    this.byCause.set(verdict.cause, (this.byCause.get(verdict.cause) ?? 0) + 1);
    this.moments.push(performance.now());
    this.last = [...this.last.slice(1 - LAST), watched];
    // What was on the way as the first reset left repeats nothing that is worth a file.
    if (verdict.cause !== 'repeated-reset') this.saver?.save(verdict);
    this.tell(watched);
  }
}
