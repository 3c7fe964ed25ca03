import { ACK, type Packet } from '../wire/packet.ts';
import { NEVER } from './end.ts';
import type { Side } from './story.ts';

/** Copies of one packet, as `-i any` or a mirror port makes them, come within this time. */
export const DUPLICATE_SECONDS = 0.002;

/** Where a packet was captured, as one small number. */
export const placeOf = (packet: Packet): number => (packet.interfaceId << 4) | (packet.slType & 15);

/** What is remembered of the resets of one side. */
class SideMemory {
  /** The newest one. */
  frame = NEVER;
  at = 0;
  /** The first that ended the connection, as far as its number goes. */
  hitFrame = NEVER;
  hitAt = 0;
  /** The newest segment of the other side that was answered, and the number after it. */
  answeredFrame = NEVER;
  answeredEnd: number | undefined;
}

/** What is remembered of a connection's resets, for each side. */
export class ResetMemory {
  count = 0;
  private readonly lower = new SideMemory();
  private readonly upper = new SideMemory();

  of(side: Side): SideMemory {
    return side === 0 ? this.lower : this.upper;
  }

  /** The newest reset, to know its copies. */
  private seq = 0;
  private ack = 0;
  private capturedAt = 0;
  private ipId = -1;

  /** The same reset once more, captured on another interface. */
  isCopy(packet: Packet, at: number, side: Side): boolean {
    return (
      at - this.of(side).at <= DUPLICATE_SECONDS &&
      packet.seq === this.seq &&
      packet.ack === this.ack &&
      // On the same interface only the same IP packet is a copy; zero says nothing of identity.
      (placeOf(packet) !== this.capturedAt || (packet.ipId > 0 && packet.ipId === this.ipId))
    );
  }

  /** `trigger`: the segment it answers, if any; `hits`: its number is the one expected. */
  note(
    packet: Packet,
    side: Side,
    at: number,
    hits: boolean,
    trigger: AnsweredSegment | undefined,
  ): void {
    this.count++;
    this.seq = packet.seq;
    this.ack = packet.ack;
    this.capturedAt = placeOf(packet);
    this.ipId = packet.ipId;
    const memory = this.of(side);
    memory.frame = packet.frame;
    memory.at = at;
    if (hits && memory.hitFrame === NEVER) {
      memory.hitFrame = packet.frame;
      memory.hitAt = at;
    }
    if ((packet.flags & ACK) !== 0) memory.answeredEnd = packet.ack;
    if (trigger === undefined) return;
    memory.answeredFrame = Math.max(memory.answeredFrame, trigger.frame);
    // From a mere guess nothing follows for the next.
    if (trigger.isSure) memory.answeredEnd = trigger.end;
  }
}

/** A segment that drew a reset: its frame, and the number after it. */
export interface AnsweredSegment {
  readonly frame: number;
  readonly end: number;
  /** It is this very one, not just one like it. */
  readonly isSure: boolean;
}
