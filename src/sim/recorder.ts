import { PcapngWriter } from '../capture/pcapng-writer.ts';
import type { CauseId } from '../causes/ids.ts';
import type { ResetSent } from '../tcp/reset-event.ts';
import type { InFlight } from './in-flight.ts';

/** Virtual time 0, in a capture: 2026-01-01T00:00:00Z. */
const EPOCH_MS = 1_767_225_600_000;

/** A reset in a capture, with its sender's account of it. */
export interface RecordedReset {
  /** From 1. */
  readonly frame: number;
  readonly event: ResetSent;
  /** As it stands in the packet's comment; see `InFlight.cause`. */
  readonly cause: CauseId;
}

/** Everything that passes one point, like tcpdump there. */
export class Recorder {
  private readonly name: string;
  private readonly frames: { readonly atMs: number; readonly packet: InFlight }[] = [];

  /** `name`: of the point, as `client`. */
  constructor(name: string) {
    this.name = name;
  }

  see(packet: InFlight, now: number): void {
    this.frames.push({ atMs: now, packet });
  }

  get packets(): number {
    return this.frames.length;
  }

  /**
   * The capture as pcapng: the cause of each reset is its packet's comment. `untilMs`: when it ended,
   * which it then says, and that it lost nothing.
   */
  pcapng(untilMs?: number): Uint8Array {
    const writer = new PcapngWriter(this.name);
    for (const { atMs, packet } of this.frames) {
      writer.packet(EPOCH_MS + atMs, packet.bytes, packet.cause);
    }
    if (untilMs !== undefined) writer.listenedUntil(EPOCH_MS + untilMs);
    return writer.whole();
  }

  resets(): RecordedReset[] {
    return this.frames.flatMap(({ packet: { event, cause } }, at) =>
      event === undefined ? [] : [{ frame: at + 1, event, cause: cause ?? event.cause }],
    );
  }
}
