import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Investigation } from '../forensics/investigation.ts';
import { ConnectionKey } from '../forensics/key.ts';
import type { Survey } from '../forensics/survey.ts';
import { decodeFrame } from '../wire/decode.ts';
import { ICMP_ERROR, TCP_SEGMENT } from '../wire/frame-kind.ts';
import { Packet, type PacketVisitor } from '../wire/packet.ts';
import {
  beltMemory,
  BeltUnloader,
  FRAME_WORDS,
  FROM_HIGHER_PORT,
  FROM_UPPER,
  type FullTray,
  HAS_PAYLOAD,
  ORDINARY_WORDS,
} from './conveyor.ts';
import type { Interruption, Progress } from './operator.ts';
import type { Passes } from './passes.ts';
import { type Pass, YIELD_MS } from './read-capture.ts';
import type { ReadingOrder, ReadingReport } from './reading-thread.ts';

/** Reads a large file on a second core, while this one makes sense of what comes. */
export class ReadAhead implements Passes {
  readonly #memory = beltMemory();
  readonly #belt = new BeltUnloader(this.#memory);
  readonly #thread = new Worker(new URL('./reading-thread.js', import.meta.url), {
    workerData: this.#memory,
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 64 },
  });
  readonly #packet = new Packet();
  readonly #key = new ConnectionKey();
  readonly #descriptor: number;
  readonly #progress: Progress;

  constructor(descriptor: number, progress: Progress) {
    this.#descriptor = descriptor;
    this.#progress = progress;
    // Whoever waits for a report keeps the process alive by itself.
    this.#thread.unref();
  }

  survey(survey: Survey, limit: number, interrupt: Interruption | undefined): Promise<Pass> {
    const order = { descriptor: this.#descriptor, limit, followed: undefined };
    return this.#read(order, (tray) => this.#unloadForSurvey(tray, survey), interrupt);
  }

  investigate(
    investigation: Investigation,
    survey: Survey,
    limit: number,
    interrupt: Interruption | undefined,
    between: () => Promise<void> | undefined,
  ): Promise<Pass> {
    const order = { descriptor: this.#descriptor, limit, followed: survey.marked };
    const unload = (tray: FullTray): Promise<void> | undefined => {
      let at = 0;
      while (at < tray.filled) at = this.#frame(tray, at, investigation);
      return between();
    };
    return this.#read(order, unload, interrupt);
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  async #read(
    order: ReadingOrder,
    unload: (tray: FullTray) => Promise<void> | undefined,
    interrupt: Interruption | undefined,
  ): Promise<Pass> {
    const report = this.#order(order);
    let interrupted = false;
    let toldBytes = 0;
    let toldPackets = 0;
    let yieldedMs = performance.now();
    for (;;) {
      const tray = await this.#belt.next();
      const full = unload(tray);
      this.#belt.giveBack();
      if (full !== undefined) await full;
      if (tray.isLast) break;
      if (performance.now() - yieldedMs < YIELD_MS) continue;
      const { bytesRead, packetsRead } = this.#belt;
      this.#progress.advance(bytesRead - toldBytes, packetsRead - toldPackets);
      toldBytes = bytesRead;
      toldPackets = packetsRead;
      await setImmediate();
      yieldedMs = performance.now();
      if (interrupt?.asked !== true || interrupted) continue;
      interrupted = true;
      this.#belt.stop();
    }
    const { counts, problems, bytes, problem } = await report;
    this.#belt.resume();
    return { reader: { counts, problems }, bytes, problem, interrupted };
  }

  /** Begins a pass; fails as the thread fails, which is a mistake of ours or a machine out of memory. */
  #order(order: ReadingOrder): Promise<ReadingReport> {
    this.#thread.ref();
    return new Promise((resolve, reject) => {
      this.#thread.once('error', reject);
      this.#thread.once('message', (report: ReadingReport) => {
        this.#thread.removeListener('error', reject);
        this.#thread.unref();
        resolve(report);
      });
      this.#thread.postMessage(order);
    });
  }

  #unloadForSurvey({ words, bytes, view, filled }: FullTray, survey: Survey): undefined {
    const key = this.#key;
    const tray = { words, bytes, view, filled, isLast: false };
    let at = 0;
    while (at < filled) {
      const bits = words[at]!;
      if (bits < 0) {
        at = this.#frame(tray, at, survey);
        continue;
      }
      key.bucket = words[at + 1]!;
      key.tag = words[at + 2]!;
      key.side = (bits & FROM_UPPER) === 0 ? 0 : 1;
      survey.ordinary(key, bits & 0xff, bits & HAS_PAYLOAD, (bits & FROM_HIGHER_PORT) !== 0);
      at += ORDINARY_WORDS;
    }
  }

  /** Shows the visitor the frame at a place of the tray; answers where the next thing lies. */
  #frame({ words, bytes, view }: FullTray, at: number, visitor: PacketVisitor): number {
    const packet = this.#packet;
    packet.frame = words[at + 1]!;
    packet.seconds = words[at + 2]! >>> 0;
    packet.nanos = words[at + 3]!;
    packet.interfaceId = words[at + 4]!;
    packet.slType = words[at + 5]!;
    const linkType = words[at + 6]!;
    const captured = words[at + 7]!;
    const original = words[at + 8]!;
    const offset = (at + FRAME_WORDS) * 4;
    const kind = decodeFrame(packet, bytes, view, offset, captured, original, linkType);
    if (kind === TCP_SEGMENT) visitor.segment(packet);
    else if (kind === ICMP_ERROR) visitor.icmpError(packet);
    return at + FRAME_WORDS + ((captured + 3) >>> 2);
  }
}
